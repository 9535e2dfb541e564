import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { validateConnector } from '../../../../src/api/validation/validate.ts';
import { candidatesOf, type Importable } from '../../../../src/cli/import/candidates.ts';
import { connectorManifest, neededSecrets } from '../../../../src/cli/import/manifest.ts';
import { resourceNames } from '../../../../src/cli/import/names.ts';
import { renderCandidates, renderManifest } from '../../../../src/cli/import/render.ts';
import { readSelection, select } from '../../../../src/cli/import/selection.ts';
import { readArguments } from '../../../../src/cli/input/arguments.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { MASKED } from '../../../../src/secrets/mask.ts';

const REST: Importable = {
  id: 4711,
  name: 'Sales CRM',
  element: 'infusionsoftrest',
  tags: ['team-sales'],
  disabled: false,
  createdAt: '2024-05-01T10:00:00Z',
  token: 'element-token-1',
  configuration: {
    'oauth.callback.url': 'https://connect.example.com/oauth/callback',
    'oauth.api.key': MASKED,
    'filter.response.nulls': 'true',
    'pagination.max': null,
  },
};
const CRM: Importable = {
  ...REST,
  id: 4712,
  element: 'infusionsoftcrm',
  configuration: { ...REST.configuration, 'infusionsoft.server': 'dt123.infusionsoft.com' },
};
const TARGET = { namespace: 'sales', account: 'sap', name: 'crm' };

/** What becomes of one instance. */
function outcomeOf(instance: Instance): string {
  const [candidate] = candidatesOf([instance]);
  return candidate?.kind === 'skipped' ? candidate.because : (candidate?.kind ?? 'nothing');
}

describe('an instance', () => {
  it.each<[string, Instance, string | RegExp]>([
    ['of infusionsoftrest', REST, 'importable'],
    ['of infusionsoftcrm', CRM, 'importable'],
    ['that an operator manages', { ...REST, tags: ['k8s-owner-abc'] }, 'an operator manages it'],
    ['of another cluster', { ...REST, tags: ['k8s-cluster-other'] }, 'an operator manages it'],
    ['of another element', { ...REST, element: 'sfdc' } as Instance, /element "sfdc"/],
    ['without tags in the answer', { ...REST, tags: undefined } as Instance, 'its tags are not shown'],
    [
      'whose server is masked',
      { ...CRM, configuration: { 'infusionsoft.server': MASKED } },
      /no infusionsoft\.server/,
    ],
  ])('%s is imported or skipped with the reason', (_what, instance, outcome) => {
    expect(outcomeOf(instance)).toMatch(outcome);
  });
});

describe('a manifest', () => {
  it.each([REST, CRM])(
    'adopts the instance, only observes and keeps the rules of its kind: $connector',
    (instance) => {
      const manifest = connectorManifest(instance, TARGET);
      expect(validateConnector(manifest)).toEqual([]);
      expect(manifest.spec).toMatchObject({
        managementPolicy: 'Observe',
        accountRef: { name: 'sap' },
        connector: instance.element,
        instance: {
          importId: instance.id,
          name: 'Sales CRM',
          tags: ['team-sales'],
          configuration: { 'filter.response.nulls': 'true' },
        },
      });
    },
  );

  it('holds no mask and no token', () => {
    const text = renderManifest(connectorManifest(CRM, TARGET));
    expect(text).not.toContain(MASKED);
    expect(text).not.toContain('element-token-1');
    expect(parse(text)).toEqual(connectorManifest(CRM, TARGET));
  });

  it('leaves out what a spec cannot hold', () => {
    const odd = {
      ...REST,
      name: '<b>Sales</b>',
      tags: ['with space'],
      configuration: { 'oauth.callback.url': 'http://localhost:8080/callback' },
    };
    const { spec } = connectorManifest(odd, TARGET);
    expect(validateConnector({ spec })).toEqual([]);
    expect(spec.oauth).toEqual({ clientSecretRef: { name: 'crm-oauth' } });
    expect(spec.instance).toEqual({ importId: 4711 });
  });

  it('names the Secrets that have to be created, and their keys', () => {
    expect(neededSecrets(connectorManifest(CRM, TARGET))).toEqual([
      { name: 'crm-oauth', keys: ['client_id', 'client_secret'] },
      { name: 'crm-key', keys: ['encryptedKey'] },
    ]);
    expect(neededSecrets(connectorManifest(REST, TARGET))).toEqual([
      { name: 'crm-oauth', keys: ['client_id', 'client_secret'] },
    ]);
  });
});

describe('the names of resources', () => {
  it('follow the names of the instances, and are unique', () => {
    const named = (id: number, name: string): Importable => ({ ...REST, id, name });
    const names = resourceNames([
      named(1, 'Sales CRM'),
      named(2, 'sales-crm'),
      named(3, '***'),
      named(4, 'Ops'),
    ]);
    expect([...names.values()]).toEqual(['sales-crm-1', 'sales-crm-2', 'instance-3', 'ops']);
  });
});

describe('a selection', () => {
  const flags = [
    { name: 'all', description: '' },
    ...['tag', 'element'].map((name) => ({ name, value: 'X', description: '' })),
  ];
  const selected = (...argv: string[]): number[] => {
    const args = readArguments(argv, flags);
    const selection = readSelection(args, args.positionals);
    const candidates = candidatesOf([CRM, REST, { ...REST, id: 4713, tags: ['other'] }]);
    return selection === undefined ? [] : select(candidates, selection).map(({ instance }) => instance.id);
  };

  it('is made by ids, tag and element', () => {
    expect(selected()).toEqual([]);
    expect(selected('--all')).toEqual([4711, 4712, 4713]);
    expect(selected('4712', '4711')).toEqual([4711, 4712]);
    expect(selected('--tag', 'team-sales')).toEqual([4711, 4712]);
    expect(selected('--tag', 'team-sales', '--element', 'infusionsoftrest')).toEqual([4711]);
  });

  it('refuses what is no id, and an id that the account does not have', () => {
    expect(() => selected('crm')).toThrow('INSTANCE: must be the id of an instance.');
    expect(() => selected('99')).toThrow('The account has no instance 99.');
    expect(() => selected('4711', '--all')).toThrow('exclude each other');
  });
});

describe('the table', () => {
  it('shows what can be imported, and why the rest is skipped', () => {
    const managed = { ...REST, id: 4713, tags: ['k8s-owner-abc'] };
    expect(renderCandidates(candidatesOf([managed, CRM, REST]), 'kubectl …')).toEqual([
      'ID     ELEMENT            NAME        TAGS         ENABLED   CREATED',
      '4711   infusionsoftrest   Sales CRM   team-sales   yes       2024-05-01',
      '4712   infusionsoftcrm    Sales CRM   team-sales   yes       2024-05-01',
      'Skipped instance 4713: an operator manages it.',
      '',
      'To import all, run: kubectl …',
    ]);
  });
});
