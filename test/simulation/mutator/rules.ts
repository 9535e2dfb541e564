import type { Schema } from 'kube-apiserver-emulator/crd/schema.ts';
import { specSchema } from '../../support/crd-fields.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { MutatedKind } from './kind.ts';
import { withObject } from './object-session.ts';
import { withValue } from './paths.ts';

/** The messages of the rules (CEL) of the schema that neither `refusals` nor a combination of fields shows. */
export async function unbrokenRules(
  definitions: Definitions,
  kind: MutatedKind,
  refusals: readonly string[],
): Promise<readonly string[]> {
  const answers = [...refusals];
  for (const { base: index, changes } of kind.combinations) {
    const base = kind.bases[index];
    if (base === undefined) {
      throw new Error(`there is no base ${index}`);
    }
    const text = await withObject(definitions, kind, base, async ({ create, spec }) => {
      const changed = Object.entries(changes).reduce(
        (all, [path, value]) => withValue(all, path, value),
        spec,
      );
      return (await create(changed)).text;
    });
    answers.push(text);
  }
  return messagesOf(specSchema(kind.names.plural)).filter(
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
