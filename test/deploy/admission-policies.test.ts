import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCelEnvironment } from 'kube-apiserver-emulator/crd/cel-environment.ts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { settings } from '../../src/config/settings.ts';
import { parseHostPattern } from '../../src/runtime/host-pattern.ts';
import { type Manifest, ofKind, parseManifests } from './support/manifest.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'components', 'admission-policies');
const read = (file: string): readonly Manifest[] => parseManifests(readFileSync(join(folder, file), 'utf8'));

const policySchema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    matchConditions: z.array(z.object({ name: z.string(), expression: z.string() })).default([]),
    validations: z.array(z.object({ expression: z.string(), message: z.string() })),
  }),
});

const policies = [...read('allowed-hosts.yaml'), ...read('deletion-protection.yaml')];
const environment = createCelEnvironment();
const params = read('parameters.yaml')[0];

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
    const names = ofKind(policies, 'ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name);

    for (const name of names) {
      const binding = ofKind(policies, 'ValidatingAdmissionPolicyBinding').find(
        ({ metadata }) => metadata.name === name,
      );
      expect(binding, name).toMatchObject({ spec: { policyName: name, validationActions: ['Deny'] } });
    }
    expect(names.length).toBe(3);
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
