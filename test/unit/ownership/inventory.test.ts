import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Instance } from '../../../src/openconnectors/port.ts';
import { Inventory } from '../../../src/ownership/inventory.ts';
import { instances } from '../../support/builders/arbitraries.ts';
import { instance, OWN, TAGS } from '../../support/builders/instance.ts';
import { MINUTE, NOW } from '../../support/builders/time.ts';

const otherOwner = TAGS.otherResource.find((tag) => tag.startsWith('k8s-owner-')) ?? '';

function taken(...found: Parameters<typeof instance>[]): Inventory {
  const inventory = new Inventory(() => NOW + 10, 0);
  inventory.replace(
    found.map((one) => instance(...one)),
    NOW,
  );
  return inventory;
}

const knownIds = (inventory: Inventory, tag = OWN.owner): number[] => [
  ...inventory.about(tag, []).instances.keys(),
];

describe('a list', () => {
  test('that began before an answer about the instance itself does not overrule it', () => {
    let now = NOW - 10;
    const inventory = new Inventory(() => now, 0);
    inventory.replace([instance(1)], NOW - 20);
    now = NOW + 5;
    inventory.learn(instance(2));
    inventory.learn(instance(1, { name: 'renamed since' }));
    inventory.replace([instance(1), instance(3)], NOW);
    expect(inventory.about('', [1]).instances.get(1)).toMatchObject({ name: 'renamed since' });
    expect(knownIds(inventory).sort()).toEqual([1, 2, 3]);
    inventory.replace([instance(3)], NOW + 6);
    expect(knownIds(inventory)).toEqual([3]);
  });

  test('names the owners of what came, went or changed, and of nothing else', () => {
    const inventory = taken([1], [2, { tags: TAGS.otherResource }]);
    expect([...inventory.replace([instance(1), instance(2, { tags: TAGS.otherResource })], NOW)]).toEqual([]);
    expect([...inventory.replace([instance(1, { name: 'renamed' })], NOW)].sort()).toEqual(
      [OWN.owner, otherOwner].sort(),
    );
    expect([...inventory.replace([instance(1, { name: 'renamed' }), instance(3)], NOW)]).toEqual([OWN.owner]);
  });

  test('keeps the objects of what is listed as it is known', () => {
    const inventory = new Inventory(() => NOW, 0);
    const known = instance(1);
    inventory.replace([known, instance(2)], NOW - 2);
    inventory.replace([instance(1), instance(2, { name: 'renamed' })], NOW + 1);
    expect(inventory.about(OWN.owner, [1]).instances.get(1)).toBe(known);
    expect(inventory.about(OWN.owner, [2]).instances.get(2)).toMatchObject({ name: 'renamed' });
  });

  test('shows again what was forgotten, although it began before the latest answer about it', () => {
    const inventory = new Inventory(() => NOW, 1_000);
    inventory.learn(instance(1));
    inventory.forget(1);
    inventory.replace([instance(1)], NOW - 1);
    expect(knownIds(inventory)).toEqual([1]);
  });

  test('gives the instances of an owner in the order of their ids', () => {
    const inventory = taken([3], [1], [2]);
    expect(inventory.ownedBy((tag) => tag === OWN.owner).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test('names both owners of what changed hands', () => {
    const inventory = taken([1]);
    const changed = inventory.replace([instance(1, { tags: TAGS.otherResource })], NOW);
    expect([...changed].sort()).toEqual([OWN.owner, otherOwner].sort());
  });

  test('takes back that something is gone, for it is only as old as the list', () => {
    const inventory = taken([1]);
    inventory.markGone(1);
    expect(inventory.about('', [1]).instances.get(1)).toBe('not-found');
    inventory.replace([], NOW + 11);
    expect(inventory.about('', [1]).instances.get(1)).toBeUndefined();
  });

  test('after which only its own instances are known, by every one of their owners', () => {
    const lists = fc.uniqueArray(instances, { selector: ({ id }) => id });
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const inventory = new Inventory(() => NOW + 10, 0);
        inventory.replace(before, NOW);
        inventory.replace(after, NOW);
        const owned = after.filter(({ tags }) => (tags ?? []).some((tag) => tag.startsWith('k8s-owner-')));
        expect(inventory.ownedBy(() => true)).toHaveLength(owned.length);
        expect(inventory.ownedBy(() => false)).toEqual([]);
        for (const one of after) {
          expect(inventory.about('', [one.id]).instances.get(one.id)).toEqual(one);
        }
      }),
    );
  });
});

describe('a listing that lags', () => {
  const GRACE = 3_000;
  /** An inventory that was listed a minute ago, on a clock that the test sets. */
  function lagging(...found: Parameters<typeof instance>[]) {
    const clock = { now: NOW };
    const inventory = new Inventory(() => clock.now, GRACE);
    inventory.replace(
      found.map((one) => instance(...one)),
      NOW - 60_000,
    );
    return { clock, inventory };
  }
  const known = (inventory: Inventory): Instance | 'not-found' | undefined =>
    inventory.about('', [1]).instances.get(1);

  it('keeps a created instance for the grace period and drops it afterwards', () => {
    const { clock, inventory } = lagging();
    inventory.learn(instance(1));
    clock.now = NOW + GRACE;
    inventory.replace([], NOW + GRACE);
    inventory.searched(OWN.owner, [], NOW + GRACE);
    expect(knownIds(inventory)).toEqual([1]);
    clock.now = NOW + GRACE + 1;
    inventory.replace([], NOW + GRACE + 1);
    expect(known(inventory)).toBeUndefined();
    expect(inventory.size).toBe(0);
  });

  it('does not undo what an answer about the instance itself showed', () => {
    const { clock, inventory } = lagging([1]);
    inventory.amend(1, { disabled: true });
    clock.now = NOW + 2_000;
    inventory.replace([instance(1)], NOW + 2_000);
    expect(known(inventory)).toMatchObject({ disabled: true });
    clock.now = NOW + 4_000;
    inventory.replace([instance(1)], NOW + 4_000);
    expect(known(inventory)).toMatchObject({ disabled: false });
  });

  it('does not restore a deleted instance, and drops the deletion after the grace period', () => {
    const { clock, inventory } = lagging([1]);
    inventory.markGone(1);
    clock.now = NOW + 2_000;
    inventory.replace([instance(1)], NOW + 2_000);
    expect(known(inventory)).toBe('not-found');
    clock.now = NOW + 4_000;
    inventory.replace([], NOW + 4_000);
    expect(inventory.size).toBe(0);
  });

  it('counts again one grace period after the clock was set back', () => {
    const { clock, inventory } = lagging();
    inventory.learn(instance(1));
    const DAY = 24 * 60 * 60_000;
    clock.now = NOW - DAY;
    inventory.replace([], NOW - DAY);
    expect(knownIds(inventory)).toEqual([1]);
    clock.now = NOW - DAY + GRACE + 1;
    inventory.replace([], NOW - DAY + GRACE + 1);
    expect(inventory.size).toBe(0);
  });
});

describe('an answer about one instance', () => {
  test('keeps what it left out', () => {
    const inventory = taken([1]);
    inventory.learn(
      instance(1, { name: 'renamed', token: undefined, tags: undefined, configuration: undefined }),
    );
    expect(inventory.about(OWN.owner, []).instances.get(1)).toEqual(instance(1, { name: 'renamed' }));
  });

  test('moves it to its new owner', () => {
    const inventory = taken([1]);
    inventory.learn(instance(1, { tags: TAGS.otherResource }));
    expect(knownIds(inventory)).toEqual([]);
    expect(knownIds(inventory, otherOwner)).toEqual([1]);
  });

  test('that it is there again takes back that it was gone', () => {
    const inventory = taken([1]);
    inventory.markGone(1);
    inventory.learn(instance(1));
    expect(inventory.about('', [1]).instances.get(1)).toEqual(instance(1));
  });

  test('that it does not exist takes it from its owner', () => {
    const inventory = taken([1]);
    inventory.markGone(1);
    expect(knownIds(inventory)).toEqual([]);
  });

  test('amends nothing that is not known', () => {
    const inventory = taken();
    inventory.amend(1, { disabled: true });
    expect(inventory.size).toBe(0);
    inventory.markGone(1);
    inventory.amend(1, { disabled: true });
    expect(inventory.about('', [1]).instances.get(1)).toBe('not-found');
    expect(inventory.size).toBe(1);
  });

  test('amends one field of what is known', () => {
    const inventory = taken([1]);
    inventory.amend(1, { disabled: true });
    expect(inventory.about('', [1]).instances.get(1)).toEqual(instance(1, { disabled: true }));
  });
});

describe('a search for one owner', () => {
  test('drops what it did not find, for this owner only', () => {
    const inventory = taken([1], [2, { tags: TAGS.otherResource }]);
    inventory.searched(OWN.owner, [instance(3)], NOW + 5);
    expect(knownIds(inventory)).toEqual([3]);
    expect(knownIds(inventory, otherOwner)).toEqual([2]);
    expect(inventory.about(OWN.owner, []).searchedAt).toBe(NOW + 5);
    expect(inventory.about(otherOwner, []).searchedAt).toBe(NOW);
  });

  test('keeps what it leaves out of an instance that had another owner', () => {
    const inventory = taken([1, { tags: TAGS.otherResource }]);
    inventory.searched(OWN.owner, [instance(1, { token: undefined })], NOW + 5);
    expect(inventory.about(OWN.owner, []).instances.get(1)).toEqual(instance(1));
  });

  test('that ran during the listing is dropped with what it found', () => {
    const inventory = new Inventory(() => NOW + 10, 0);
    inventory.searched(OWN.owner, [instance(3)], NOW + 5);
    inventory.replace([], NOW);
    expect(inventory.about(OWN.owner, [])).toEqual({
      elements: new Map(),
      instances: new Map(),
      searchedAt: NOW,
    });
  });

  test('that is older than the list does not count', () => {
    const inventory = new Inventory(() => NOW + 10, 0);
    inventory.searched(OWN.owner, [], NOW - 5);
    inventory.replace([], NOW);
    expect(inventory.about(OWN.owner, []).searchedAt).toBe(NOW);
  });

  test('before the first list and after none: nothing is known', () => {
    expect(new Inventory(() => NOW + 10, 0).about(OWN.owner, [1])).toEqual({
      instances: new Map(),
      elements: new Map(),
      searchedAt: undefined,
    });
    expect(new Inventory(() => NOW + 10, 0).listedAt).toBeUndefined();
  });
});

describe('a clock that was set back', () => {
  const DAY = 24 * 60 * MINUTE;

  test('does not make old answers newer than the second list', () => {
    let now = NOW;
    const inventory = new Inventory(() => now, 0);
    inventory.replace([], NOW);
    inventory.learn(instance(1));
    inventory.markGone(2);
    for (now of [NOW - DAY, NOW - DAY + 1]) {
      inventory.replace([instance(1, { name: 'renamed' }), instance(2)], now);
    }
    const { instances } = inventory.about(OWN.owner, [1, 2]);
    expect(instances.get(1)).toMatchObject({ name: 'renamed' });
    expect(instances.get(2)).toMatchObject({ id: 2 });
  });

  test('leaves no search that seems to come from the future: it would prove an absence', () => {
    let now = NOW;
    const inventory = new Inventory(() => now, 0);
    inventory.replace([], NOW - 5);
    inventory.searched(OWN.owner, [], NOW);
    now = NOW - DAY;
    expect(inventory.about(OWN.owner, []).searchedAt).toBeUndefined();
    inventory.searched(OWN.owner, [], now);
    expect(inventory.about(OWN.owner, []).searchedAt).toBe(now);
  });
});
