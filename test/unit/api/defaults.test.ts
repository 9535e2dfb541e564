import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { echoOf, isSuspended, pauseReasonOf, requestOf } from '../../../src/api/annotations.ts';
import type { ConnectorSpec } from '../../../src/api/connector.ts';
import * as defaults from '../../../src/api/defaults.ts';
import { parseDuration } from '../../../src/api/duration.ts';
import { RESOURCE_NAME_PATTERN } from '../../../src/api/fields.ts';
import { ANNOTATIONS } from '../../../src/api/group.ts';

const minimal: ConnectorSpec = { oauth: { clientSecretRef: { name: 'oauth' } } };

describe('what absent fields mean', () => {
  test('without anything but the needed', () => {
    expect(defaults.elementKeyOf(minimal)).toBe('infusionsoftcrm');
    expect(defaults.accountNameOf(minimal)).toBeUndefined();
    expect(defaults.driftPolicyOf(minimal)).toBe('Correct');
    expect(defaults.missingPolicyOf(minimal)).toBe('Recreate');
    expect(defaults.isEnabled(minimal)).toBe(true);
    expect(defaults.scopeOf(minimal)).toBe('full');
    expect(defaults.clientIdKeyOf(minimal)).toBe('client_id');
    expect(defaults.clientSecretKeyOf(minimal)).toBe('client_secret');
  });

  test('keeps an adopted instance and deletes a created one, unless the spec sets a policy', () => {
    expect(defaults.deletionPolicyOf(minimal)).toBe('Delete');
    expect(defaults.deletionPolicyOf({ ...minimal, instance: { importId: 1 } })).toBe('Orphan');
    expect(
      defaults.deletionPolicyOf({ ...minimal, deletionPolicy: 'Delete', instance: { importId: 1 } }),
    ).toBe('Delete');
  });

  it('keeps a replaced instance for a day, and waits for the annotation before', () => {
    expect(defaults.switchPolicyOf(minimal)).toBe('Manual');
    expect(defaults.retentionMsOf(minimal)).toBe(24 * 3_600_000);
    expect(defaults.retentionMsOf({ ...minimal, replacement: { retainFor: '0s' } })).toBe(0);
  });

  it('releases an adopted instance by Orphan and a created one by Delete, unless the spec sets a policy', () => {
    const adopting = { ...minimal, instance: { importId: 1 } };
    expect(defaults.releasePolicyOf(adopting, 1)).toBe('Orphan');
    expect(defaults.releasePolicyOf(adopting, 2)).toBe('Delete');
    expect(defaults.releasePolicyOf({ ...adopting, deletionPolicy: 'Delete' }, 1)).toBe('Delete');
    expect(defaults.releasePolicyOf({ ...minimal, deletionPolicy: 'Orphan' }, 2)).toBe('Orphan');
  });

  it.each([
    [undefined, undefined],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
  ])('reads an interval between listings of %s as %s ms', (inventoryInterval, expected) => {
    expect(defaults.inventoryIntervalMsOf({ inventoryInterval })).toBe(expected);
  });

  test.each([
    ['https://a.example', 'https://a.example/elements/api-v2'],
    ['https://a.example/', 'https://a.example/elements/api-v2'],
    ['https://a.example/elements/api-v2/', 'https://a.example/elements/api-v2'],
    ['https://a.example/proxy', 'https://a.example/proxy/elements/api-v2'],
  ])('%s is the API at %s', (baseUrl, expected) => {
    expect(defaults.apiBaseUrlOf({ baseUrl })).toBe(expected);
  });
});

describe('names made from names', () => {
  const letter = fc.constantFrom(...'abcxyz019-.');
  const name = fc
    .string({ unit: letter, minLength: 1, maxLength: 253 })
    .filter((it) => RESOURCE_NAME_PATTERN.test(it));
  const namespace = fc.string({ unit: fc.constantFrom(...'abc019'), minLength: 1, maxLength: 63 });

  test('are valid, whatever they are made from', () => {
    fc.assert(
      fc.property(namespace, name, (ns, n) => {
        const connector = { metadata: { namespace: ns, name: n }, spec: minimal };

        expect(defaults.connectionSecretNameOf(connector)).toMatch(RESOURCE_NAME_PATTERN);
        expect(defaults.connectionSecretNameOf(connector).length).toBeLessThanOrEqual(253);
        expect(defaults.connectorLabelOf(connector)).toMatch(/^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/);
        expect(defaults.instanceNameOf(connector)).toMatch(
          /^[A-Za-z0-9]([A-Za-z0-9 ._-]{0,126}[A-Za-z0-9])?$/,
        );
      }),
    );
  });

  test('are as they are where they fit', () => {
    const connector = { metadata: { namespace: 'sales', name: 'crm' }, spec: minimal };

    expect(defaults.connectionSecretNameOf(connector)).toBe('crm-connection');
    expect(defaults.instanceNameOf(connector)).toBe('sales-crm');
    expect(defaults.connectorLabelOf(connector)).toBe('crm');
  });

  test('stay apart where they are cut', () => {
    const a = { metadata: { name: `${'a'.repeat(252)}1` } };
    const b = { metadata: { name: `${'a'.repeat(252)}2` } };

    expect(defaults.ownedSecretName(a, '-connection')).not.toBe(defaults.ownedSecretName(b, '-connection'));
    expect(defaults.connectorLabelOf(a)).not.toBe(defaults.connectorLabelOf(b));
  });
});

describe('parseDuration', () => {
  test.each([
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['1h1m1s1ms', 3_661_001],
    ['0.0005ms', 0.0005],
    ['59.9999999999s', 59_999.999_999],
    ['', undefined],
    ['10', undefined],
    ['-1m', undefined],
    ['1d', undefined],
    ['2562048h', undefined],
  ])('%s is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });
});

describe('annotations', () => {
  const annotated = (annotations: Record<string, string>) => ({ metadata: { annotations } });

  test('a request is handled once, whatever its length', () => {
    const value = 'x'.repeat(10_000);
    const object = annotated({ [ANNOTATIONS.reconcileAt]: value });
    const echo = requestOf(object, 'reconcileAt', 'an older one');

    expect(echo).toBe(echoOf(value));
    expect(echo?.length).toBeLessThanOrEqual(256);
    expect(requestOf(object, 'reconcileAt', echo)).toBeUndefined();
    expect(echoOf(`${value}y`)).not.toBe(echo);
  });

  test('no annotation, no request', () => {
    expect(requestOf(annotated({}), 'reauthorizeAt', undefined)).toBeUndefined();
    expect(
      requestOf(annotated({ [ANNOTATIONS.reauthorizeAt]: '' }), 'reauthorizeAt', undefined),
    ).toBeUndefined();
  });

  test('treats a paused resource as suspended, except for false and the empty value', () => {
    expect(isSuspended({ ...annotated({ [ANNOTATIONS.paused]: 'true' }), spec: {} })).toBe(true);
    expect(isSuspended({ ...annotated({ [ANNOTATIONS.paused]: 'maintenance' }), spec: {} })).toBe(true);
    expect(isSuspended({ ...annotated({ [ANNOTATIONS.paused]: 'false' }), spec: {} })).toBe(false);
    expect(isSuspended({ ...annotated({ [ANNOTATIONS.paused]: '' }), spec: {} })).toBe(false);
  });

  test('a pause has the reason that its annotation names, on one line and not too long', () => {
    const reasonOf = (value: string) => pauseReasonOf(annotated({ [ANNOTATIONS.paused]: value }));
    expect(reasonOf('true')).toBeUndefined();
    expect(reasonOf('false')).toBeUndefined();
    expect(reasonOf(' maintenance\n of Keap ')).toBe('maintenance of Keap');
    expect(reasonOf('x'.repeat(500))).toHaveLength(100);
    expect(isSuspended({ ...annotated({}), spec: { suspend: true } })).toBe(true);
  });
});
