import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCelEnvironment } from 'kube-apiserver-emulator/crd/cel-environment.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { GROUP, VERSION } from '../../src/api/group.ts';
import { PROGRAM } from '../../src/cli/command.ts';
import { settings } from '../../src/config/settings.ts';
import { LEGACY_API_END } from '../../src/provider/deadlines.ts';
import { LEGACY_ELEMENT, REST_ELEMENT } from '../../src/provider/elements.ts';
import { parseHostPattern } from '../../src/runtime/host-pattern.ts';
import { type Manifest, ofKind, parseManifests } from './support/manifest.ts';

const components = join(import.meta.dirname, '..', '..', 'deploy', 'components');
const read = (file: string): readonly Manifest[] =>
  parseManifests(readFileSync(join(components, file), 'utf8'));

const policySchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    matchConditions: z.array(z.object({ name: z.string(), expression: z.string() })).default([]),
    validations: z.array(z.object({ expression: z.string(), message: z.string() })),
  }),
});

const denying = [
  ...read('admission-policies/allowed-hosts.yaml'),
  ...read('admission-policies/deletion-protection.yaml'),
];
const warning = read('legacy-connector-warning/policy.yaml');
const policies = [...denying, ...warning];
const environment = createCelEnvironment();
const params = read('admission-policies/parameters.yaml')[0];

/** The bindings of the policies among `objects`, by name. */
function bindingsOf(objects: readonly Manifest[]): readonly (readonly [string, Manifest | undefined])[] {
  return ofKind(objects, 'ValidatingAdmissionPolicy').map(({ metadata: { name } }) => [
    name,
    ofKind(objects, 'ValidatingAdmissionPolicyBinding').find(({ metadata }) => metadata.name === name),
  ]);
}

/** What the API server would say to a request; undefined where it lets it pass. */
function result(name: string, request: { object?: unknown; oldObject?: unknown }): string | undefined {
  const found = ofKind(policies, 'ValidatingAdmissionPolicy').find(({ metadata }) => metadata.name === name);
  const { matchConditions, validations } = policySchema.parse(found).spec;
  const variables = { object: null, oldObject: null, params, ...request };
  const holds = (expression: string): boolean => environment.evaluate(expression, variables) === true;
  if (!matchConditions.every(({ expression }) => holds(expression))) {
    return undefined;
  }
  return validations.find(({ expression }) => !holds(expression))?.message;
}

const account = (baseUrl: string) => ({ metadata: { name: 'sap' }, spec: { baseUrl } });
const connector = (spec: object, annotations?: Record<string, string>) => ({
  metadata: { name: 'crm', ...(annotations && { annotations }) },
  spec,
});

describe('admission policies', () => {
  test('each has a binding that denies', () => {
    const bindings = bindingsOf(denying);

    for (const [name, binding] of bindings) {
      expect(binding, name).toMatchObject({ spec: { policyName: name, validationActions: ['Deny'] } });
    }
    expect(bindings.length).toBe(3);
  });

  test('hosts of accounts are those that the operator allows by default', () => {
    const hosts = [
      'api.openconnectors.us2.ext.hana.ondemand.com',
      'api.openconnectors.eu10.ext.hana.ondemand.com',
    ];
    const strangers = [
      'api.openconnectors.us2.ext.hana.ondemand.com.evil.example',
      'evil.example',
      '10.0.0.1',
      'localhost',
    ];
    const pattern = parseHostPattern(settings.allowedHosts.default);

    expect(pattern).toBeDefined();
    for (const host of hosts) {
      expect(
        result('account-hosts.openconnectors.dev', { object: account(`https://${host}`) }),
        host,
      ).toBeUndefined();
    }
    for (const host of strangers) {
      expect(
        result('account-hosts.openconnectors.dev', { object: account(`https://${host}`) }),
        host,
      ).toContain('spec.baseUrl');
    }
  });

  test.each([
    'http://api.openconnectors.us2.ext.hana.ondemand.com',
    'https://api.openconnectors.us2.ext.hana.ondemand.com@evil.example',
    'api.openconnectors.us2.ext.hana.ondemand.com',
  ])('an account at %s is refused', (baseUrl) => {
    expect(result('account-hosts.openconnectors.dev', { object: account(baseUrl) })).toContain(
      'spec.baseUrl',
    );
  });

  test('an account that was there before keeps working', () => {
    const object = account('https://elsewhere.example');

    expect(result('account-hosts.openconnectors.dev', { object, oldObject: object })).toBeUndefined();
  });

  test('servers of connectors are those of Infusionsoft', () => {
    const judge = (spec: object, oldObject: unknown = null) =>
      result('connector-servers.openconnectors.dev', { object: connector(spec), oldObject });

    expect(judge({ server: 'dt123.infusionsoft.com' })).toBeUndefined();
    expect(judge({ connector: 'infusionsoftrest' })).toBeUndefined();
    expect(judge({ server: 'evil.example' })).toContain('spec.server');
    expect(judge({ server: 'xinfusionsoft.com' })).toContain('spec.server');
    expect(judge({ server: 'evil.example' }, connector({ server: 'evil.example' }))).toBeUndefined();
  });

  test('a protected resource cannot be deleted, and any other can', () => {
    const judge = (annotations?: Record<string, string>) =>
      result('deletion-protection.openconnectors.dev', { oldObject: connector({}, annotations) });

    expect(judge({ 'openconnectors.dev/deletion-protection': 'true' })).toContain('protected');
    expect(judge({ 'openconnectors.dev/deletion-protection': 'false' })).toBeUndefined();
    expect(judge({ other: 'true' })).toBeUndefined();
    expect(judge()).toBeUndefined();
  });
});

describe('the warning about infusionsoftcrm', () => {
  const name = 'legacy-connectors.openconnectors.dev';
  const warningFor = (object: unknown, oldObject: unknown = null) => result(name, { object, oldObject });
  const legacy = connector({ connector: LEGACY_ELEMENT, server: 'dt123.infusionsoft.com' });

  test('warns and never denies, also where the API server cannot evaluate it', () => {
    expect(bindingsOf(warning)).toEqual([
      [
        name,
        expect.objectContaining({
          spec: { policyName: name, validationActions: ['Warn'] },
        }),
      ],
    ]);
    expect(ofKind(warning, 'ValidatingAdmissionPolicy')).toMatchObject([
      { spec: { failurePolicy: 'Ignore' } },
    ]);
  });

  test('is about created and updated connectors, and no subresource', () => {
    expect(ofKind(warning, 'ValidatingAdmissionPolicy')).toMatchObject([
      {
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [GROUP],
                apiVersions: [VERSION],
                operations: ['CREATE', 'UPDATE'],
                resources: ['infusionsoftconnectors'],
              },
            ],
          },
        },
      },
    ]);
  });

  test('names the last day of XML-RPC and the command that migrates', () => {
    const lastDay = new Date(Date.parse(LEGACY_API_END) - 1).toISOString().slice(0, 'yyyy-mm-dd'.length);
    const text = warningFor(legacy) ?? '';

    expect(text).toContain(`ends on ${lastDay}`);
    expect(text).toContain(`${PROGRAM} migrate`);
    expect(text).toContain(REST_ELEMENT);
    expect(text.length).toBeLessThanOrEqual(200);
  });

  test.each([
    ['a new connector', legacy, null],
    ['a change of the spec', legacy, connector({ connector: LEGACY_ELEMENT })],
    ['a rollback of a migration', legacy, connector({ connector: REST_ELEMENT })],
  ])('warns about %s', (_case, object, oldObject) => {
    expect(warningFor(object, oldObject)).toBeDefined();
  });

  test.each([
    ['a new connector with infusionsoftrest', connector({ connector: REST_ELEMENT }), null],
    ['a migration', connector({ connector: REST_ELEMENT }), legacy],
    ['a connector without the field', connector({ suspend: true }), connector({})],
    ['a change of metadata alone', connector(legacy.spec, { team: 'sales' }), legacy],
  ])('is silent about %s', (_case, object, oldObject) => {
    expect(warningFor(object, oldObject)).toBeUndefined();
  });
});
