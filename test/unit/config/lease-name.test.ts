import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseNameOf } from '../../../src/config/lease-name.ts';

function nameOf(watchLabelSelector: string | undefined, ...watchNamespaces: string[]): string {
  return leaseNameOf({ watchLabelSelector, watchNamespaces });
}

describe('the name of the Lease', () => {
  it('stays as it is for an operator that serves everything', () => {
    expect(nameOf(undefined)).toBe('infusionsoft-connector-operator');
  });

  it('differs for selectors with the same beginning', () => {
    const key = 'openconnectors.example.com/shard';
    expect(nameOf(`${key}=a`)).not.toBe(nameOf(`${key}=b`));
  });

  it('differs for other namespaces, with and without a selector', () => {
    const names = [
      nameOf(undefined),
      nameOf(undefined, 'sales'),
      nameOf(undefined, 'support'),
      nameOf(undefined, 'sales', 'support'),
      nameOf('shard=a'),
      nameOf('shard=a', 'sales'),
      nameOf('shard=a', 'support'),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('is the same whatever the order of the namespaces, and however often one is named', () => {
    expect(nameOf('shard=a', 'support', 'sales', 'support')).toBe(nameOf('shard=a', 'sales', 'support'));
  });

  it('stays the same from release to release', () => {
    expect(nameOf('openconnectors.example.com/shard=a', 'sales')).toMatchInlineSnapshot(
      `"infusionsoft-connector-operator-cb46ac5f39438ee9"`,
    );
  });

  it('is a DNS label for every selector and all namespaces', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: undefined }),
        fc.array(fc.string()),
        (selector, namespaces) => {
          expect(nameOf(selector, ...namespaces)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
        },
      ),
    );
  });
});
