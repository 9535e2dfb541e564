import type { Schema } from 'kube-apiserver-emulator/crd/schema.ts';
import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { specSchema } from '../../support/crd-fields.ts';
import type { Definitions } from '../environment/cluster.ts';
import { BASES, type Base, type Spec } from './bases.ts';
import { withConnector } from './connector-session.ts';
import { withValue } from './paths.ts';

/** Specs that break a rule about several fields: a base, and what changes in it. */
const COMBINATIONS: readonly { readonly base: number; readonly changes: Spec }[] = [
  { base: 1, changes: { 'spec.encryptedKeySecretRef': { name: 'key' } } },
  { base: 0, changes: { 'spec.oauth.refreshTokenSecretRef': { name: 'token' } } },
  { base: 1, changes: { 'spec.instance.configuration': { 'event.objects': 'contacts' } } },
  {
    base: 0,
    changes: {
      'spec.events': { callbackUrl: 'https://events.example.com/x', resources: ['contacts'] },
    },
  },
  {
    base: 0,
    changes: {
      'spec.includeAccountCredentials': false,
      'spec.connectionSecretTemplate.keys': { USER: 'user-secret' },
    },
  },
];

/** The messages of the rules (CEL) of the schema that neither `refusals` nor a combination of fields shows. */
export async function unbrokenRules(
  definitions: Definitions,
  refusals: readonly string[],
): Promise<readonly string[]> {
  const answers = [...refusals];
  for (const { base: index, changes } of COMBINATIONS) {
    const base: Base | undefined = BASES[index];
    if (base === undefined) {
      throw new Error(`there is no base ${index}`);
    }
    const text = await withConnector(definitions, base, async ({ create, spec }) => {
      const changed = Object.entries(changes).reduce(
        (all, [path, value]) => withValue(all, path, value),
        spec,
      );
      return (await create(changed)).text;
    });
    answers.push(text);
  }
  return messagesOf(specSchema(CONNECTOR_NAMES.plural)).filter(
    (message) => !answers.some((text) => text.includes(JSON.stringify(message).slice(1, -1))),
  );
}

function messagesOf(schema: Schema): readonly string[] {
  const { properties = {}, items, additionalProperties } = schema;
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap(({ message }) => message ?? []);
  const inner = [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
  return [...new Set([...own, ...inner.flatMap(messagesOf)])];
}
