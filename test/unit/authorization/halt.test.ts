import { describe, expect, it } from 'vitest';
import { haltOf } from '../../../src/authorization/halt.ts';
import { connector } from '../../support/builders/connector.ts';
import { second } from '../../support/builders/time.ts';

const deletion = { metadata: { deletionTimestamp: second(0) } };

describe('why the operator makes no change for a connector', () => {
  it.each([
    ['nothing', undefined, {}],
    ['its deletion', 'deleting', deletion],
    ['spec.suspend', 'suspended', { spec: { suspend: true } }],
    ['the annotation paused', 'suspended', { annotations: { paused: 'maintenance' } }],
    ['the policy Observe', 'observed', { spec: { managementPolicy: 'Observe' as const } }],
    ['its deletion before all else', 'deleting', { ...deletion, spec: { suspend: true } }],
    [
      'the suspension before the policy',
      'suspended',
      { spec: { suspend: true, managementPolicy: 'Observe' as const } },
    ],
  ])('is %s', (_title, expected, change) => {
    expect(haltOf(connector(change))).toBe(expected);
  });
});
