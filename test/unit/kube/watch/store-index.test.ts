import { expect, it } from 'vitest';
import { type Held, StoreIndex } from '../../../../src/kube/watch/store-index.ts';

interface Item {
  readonly name: string;
  readonly keys: readonly string[];
}

function createIndex() {
  const index = new StoreIndex<Item, Held<Item>>(({ keys }) => keys);
  const add = (name: string, ...keys: readonly string[]): Held<Item> => {
    const entry = { object: { name, keys } };
    index.update(entry);
    return entry;
  };
  const at = (key: string): string[] => index.at(key).map(({ name }) => name);
  return { index, add, at };
}

it('has nothing under an unknown key', () => {
  const { index, at } = createIndex();
  expect([at('a'), index.count('a')]).toEqual([[], 0]);
});

it('finds one object, several, and those that are left', () => {
  const { index, add, at } = createIndex();
  const one = add('one', 'a');
  expect([at('a'), index.count('a')]).toEqual([['one'], 1]);
  const two = add('two', 'a', 'b');
  expect([at('a'), index.count('a'), at('b')]).toEqual([['one', 'two'], 2, ['two']]);
  index.remove(one);
  expect([at('a'), index.count('a'), at('b')]).toEqual([['two'], 1, ['two']]);
  index.remove(two);
  expect([at('a'), index.count('a'), at('b')]).toEqual([[], 0, []]);
});

it('moves an object whose keys change, also to none and back', () => {
  const { index, add, at } = createIndex();
  const entry = add('one', 'a', 'b');
  for (const keys of [['b', 'c'], [], ['a']]) {
    entry.object = { name: 'one', keys };
    index.update(entry);
    expect(['a', 'b', 'c'].filter((key) => at(key).length > 0)).toEqual(keys);
  }
});

it('finds an object again that comes back after its removal', () => {
  const { index, add, at } = createIndex();
  const entry = add('one', 'a');
  index.remove(entry);
  index.update(entry);
  expect(at('a')).toEqual(['one']);
});

it('serves the new version of an object under the same keys', () => {
  const { index, add, at } = createIndex();
  const entry = add('old', 'a');
  entry.object = { name: 'new', keys: ['a'] };
  index.update(entry);
  expect(at('a')).toEqual(['new']);
});

it('removes an object that has a key twice, and no other', () => {
  const { index, add, at } = createIndex();
  const twice = add('twice', 'a', 'a');
  expect(at('a')).toEqual(['twice']);
  add('other', 'a');
  index.remove(twice);
  expect(at('a')).toEqual(['other']);
});
