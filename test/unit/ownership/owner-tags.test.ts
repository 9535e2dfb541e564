import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allTags,
  clusterTag,
  isOwnerTag,
  ownerInWords,
  ownershipOf,
  ownerTags,
  uidOfTag,
  uidTag,
  withoutOwnerTags,
} from '../../../src/ownership/owner-tags.ts';
import { OWN, TAGS } from '../../support/builders/instance.ts';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
/** Names as the API server takes them: DNS-1123 subdomains of up to 253 characters. */
const names = fc
  .array(label, { minLength: 1, maxLength: 5 })
  .map((labels) =>
    labels
      .join('.')
      .slice(0, 253)
      .replace(/[.-]+$/, ''),
  )
  .filter((name) => name !== '');
const owners = fc.record({
  clusterId: fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z0-9.-]{1,52}$/)),
  namespace: label,
  name: names,
  uid: fc.uuid(),
});

describe('the tags of an owner', () => {
  test('stay within what any tag store keeps', () => {
    fc.assert(
      fc.property(owners, (owner) => {
        for (const tag of Object.values(ownerTags(owner))) {
          expect(tag).toMatch(/^[a-z0-9.-]{1,64}$/);
        }
      }),
    );
  });

  test('are cut where a name is longer than a tag', () => {
    const long = { clusterId: 'c'.repeat(64), namespace: 'n'.repeat(63), name: 'x'.repeat(253), uid: 'u' };
    const { cluster, namespace, name } = ownerTags(long);
    expect([cluster, namespace, name].map(({ length }) => length)).toEqual([64, 64, 64]);
  });

  test('are the same for the same owner, and others for another', () => {
    fc.assert(
      fc.property(owners, owners, (one, other) => {
        expect(ownerTags({ ...one })).toEqual(ownerTags(one));
        const isSame =
          one.clusterId === other.clusterId && one.namespace === other.namespace && one.name === other.name;
        expect(ownerTags(one).owner === ownerTags(other).owner).toBe(isSame);
      }),
    );
  });

  test('are recognized as those of this resource, whatever tags of the user stand beside them', () => {
    const userTags = fc.array(fc.stringMatching(/^[A-Za-z0-9]{1,20}$/), { maxLength: 3 });
    fc.assert(
      fc.property(owners, userTags, (owner, tags) => {
        const mine = ownerTags(owner);
        expect(ownershipOf(allTags(mine, tags), mine)).toBe('this-resource');
        expect(withoutOwnerTags(allTags(mine, tags))).toEqual(tags);
      }),
    );
  });

  test('keep their form: instances carry them for years', () => {
    // SHA-256 of `c/ns/n` in base32, as openssl and base32 make it.
    expect(ownerTags({ clusterId: 'c', namespace: 'ns', name: 'n', uid: 'u' })).toEqual({
      cluster: 'k8s-cluster-c',
      owner: 'k8s-owner-243v4te7mye7ralqmbwsbcdqkkf7g7xanmbrkz5sq45f5tkvygia',
      uid: 'k8s-uid-u',
      namespace: 'k8s-ns-ns',
      name: 'k8s-name-n',
    });
    expect(clusterTag('c')).toBe('k8s-cluster-c');
    expect(isOwnerTag('k8s-owner-x')).toBe(true);
    expect(isOwnerTag('k8s-ns-x')).toBe(false);
  });
});

describe('whose an instance is', () => {
  test.each([
    ['all of our own', TAGS.own, 'this-resource'],
    ['those of another uid', TAGS.namesake, 'same-name'],
    ['those of another resource', TAGS.otherResource, 'foreign'],
    ['those of another cluster', TAGS.otherCluster, 'foreign'],
    ["a user's alone", TAGS.none, 'unowned'],
    ['none', [], 'unowned'],
    ['ours and those of another', [...TAGS.own, ...TAGS.otherResource], 'foreign'],
    ['a cluster alone, ours', [OWN.cluster], 'same-name'],
    ['a cluster alone, of another', ['k8s-cluster-other'], 'foreign'],
    ['an owner alone, of another', ['k8s-owner-other'], 'foreign'],
    ['a uid alone, ours', [OWN.uid], 'this-resource'],
    ['a uid alone, of another', ['k8s-uid-other'], 'same-name'],
    ['names for people alone', ['k8s-ns-team-a', 'k8s-name-crm'], 'unowned'],
  ] as const)('%s', (_what, tags, is) => {
    expect(ownershipOf(tags, OWN)).toBe(is);
  });
});

test('the uid is read from its own tag alone', () => {
  expect([uidTag('u'), OWN.owner, 'u-k8s-uid-'].map(uidOfTag)).toEqual(['u', undefined, undefined]);
});

test('the owner in words has the names that the tags show', () => {
  expect(ownerInWords(TAGS.otherCluster)).toBe('cluster other, namespace team-a, resource crm');
  expect(ownerInWords(['k8s-name-crm'])).toBe('resource crm');
  expect(ownerInWords(TAGS.none)).toBe('unnamed');
});
