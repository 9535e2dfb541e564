import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import { MIGRATED_FROM } from '../../../../src/cli/migrate/changes/migrated-from.ts';
import { rollback } from '../../../../src/cli/migrate/changes/rollback.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { connector, readyStatus } from '../../../support/builders/connector.ts';
import { mergePatched } from '../../../support/builders/merge-patch.ts';
import { NOW } from '../../../support/builders/time.ts';

const apply = (one: InfusionsoftConnector, patch: object): InfusionsoftConnector =>
  mergePatched(one, patch) as InfusionsoftConnector;
const assess = (one: InfusionsoftConnector) => rollback.assess(one, NOW);

describe('a rollback', () => {
  it.each([
    ['a key of its own', connector({ spec: { encryptedKeySecretRef: { name: 'k', key: 'legacy' } } })],
    ['other annotations', connector({ annotations: { reconcileAt: 'now' } })],
    ['the default key', connector()],
  ])('restores the connector with %s exactly', (_case, before) => {
    const migrated = apply(before, toRest.patchOf(before, NOW));
    expect(migrated.spec).not.toEqual(before.spec);
    const restored = apply(migrated, rollback.patchOf(migrated, NOW));
    expect(restored.spec).toEqual(before.spec);
    expect(restored.metadata.annotations ?? {}).toEqual(before.metadata.annotations ?? {});
  });

  const migrated = apply(connector(), toRest.patchOf(connector(), NOW));
  const withText = (text: string) =>
    apply(migrated, { metadata: { annotations: { [MIGRATED_FROM]: text } } });

  it('is planned for a migrated connector, and needs no consent while the old instance exists', () => {
    expect(assess({ ...migrated, status: readyStatus(7) })).toEqual({
      kind: 'planned',
      details: 'connector: infusionsoftcrm; restore encryptedKeySecretRef',
    });
    const status = readyStatus(8, {
      instance: { id: 8, connector: 'infusionsoftrest' },
      replacing: { id: 7, connector: 'infusionsoftcrm' },
    });
    expect(assess({ ...migrated, status })).not.toMatchObject({
      details: expect.stringContaining('consent'),
    });
  });

  it('names the new consent where the old instance is released', () => {
    const status = readyStatus(8, { instance: { id: 8, connector: 'infusionsoftrest' } });
    expect(assess({ ...migrated, status })).toMatchObject({
      kind: 'planned',
      details: expect.stringContaining('needs a new consent'),
    });
  });

  it.each([
    'not JSON',
    '[]',
    '"text"',
    '{"encryptedKeySecretRef":"crm-key"}',
    '{"encryptedKeySecretRef":{"name":"A b"}}',
  ])('is refused for the annotation %s', (text) => {
    expect(assess(withText(text))).toEqual({
      kind: 'refused',
      because: `has an invalid annotation ${MIGRATED_FROM}. Restore the spec by hand.`,
    });
  });

  it('is refused where the restored spec is invalid', () => {
    expect(assess(withText('{}'))).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('spec.encryptedKeySecretRef is required'),
    });
  });

  it('does not concern connectors without the annotation, or of infusionsoftcrm', () => {
    const plain = connector({ spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } });
    expect(assess(plain)).toEqual({ kind: 'other' });
    const back = apply(connector(), { metadata: { annotations: { [MIGRATED_FROM]: '{}' } } });
    expect(assess(back)).toEqual({ kind: 'other' });
  });
});
