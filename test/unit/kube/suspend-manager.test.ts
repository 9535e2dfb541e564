import { describe, expect, it } from 'vitest';
import { suspendManagerOf } from '../../../src/kube/watch/suspend-manager.ts';
import { reduce } from '../../../src/kube/watch/watch-event.ts';

const entry = (manager: string, fields: object, time?: string) => ({
  manager,
  operation: 'Update',
  ...(time !== undefined && { time }),
  fieldsType: 'FieldsV1',
  fieldsV1: fields,
});
const SUSPEND = { 'f:spec': { 'f:suspend': {} } };

describe('the field manager of spec.suspend', () => {
  it.each<[string, unknown, string | undefined]>([
    ['absent without managedFields', undefined, undefined],
    ['absent where nobody set the field', [entry('kubectl', { 'f:spec': { 'f:server': {} } })], undefined],
    [
      'the one that set the field',
      [entry('helm', { 'f:spec': {} }), entry('kubectl-edit', SUSPEND)],
      'kubectl-edit',
    ],
    [
      'the latest of several',
      [entry('b', SUSPEND, '2026-02-02T00:00:00Z'), entry('a', SUSPEND, '2026-01-01T00:00:00Z')],
      'b',
    ],
    [
      'the latest, wherever it stands and whether or not others have a time',
      [
        entry('c', SUSPEND, '2026-03-03T00:00:00Z'),
        entry('a', SUSPEND),
        entry('b', SUSPEND, '2026-02-02T00:00:00Z'),
      ],
      'c',
    ],
    ['the last of those without a time where none has one', [entry('a', SUSPEND), entry('b', SUSPEND)], 'b'],
    [
      'the latest whose name is a text',
      [
        entry('a', SUSPEND, '2026-01-01T00:00:00Z'),
        { ...entry('', SUSPEND, '2026-02-02T00:00:00Z'), manager: 7 },
      ],
      'a',
    ],
    [
      '64 characters without the white space before them',
      [entry(`\n ${'x'.repeat(65)}`, SUSPEND)],
      'x'.repeat(64),
    ],
    ['cut without white space at its end', [entry(`${'x'.repeat(63)} yyy`, SUSPEND)], 'x'.repeat(63)],
    ['absent for a name of white space and quotes', [entry(' "" \t', SUSPEND)], undefined],
    ['that of the entries that are objects', [null, 'text', entry('a', SUSPEND)], 'a'],
    ['one line of bounded length', [entry(`a\n"b"${'x'.repeat(200)}`, SUSPEND)], `a b ${'x'.repeat(60)}`],
    ['absent for an entry of another form', [1, entry('a', { 'f:spec': 'x' }), {}], undefined],
  ])('is %s', (_title, managedFields, expected) => {
    expect(suspendManagerOf(managedFields)).toBe(expected);
  });

  it('is kept in the cache, which drops managedFields', () => {
    const metadata = { name: 'crm', uid: 'u', resourceVersion: '1', managedFields: [entry('flux', SUSPEND)] };
    expect(reduce({ apiVersion: 'v1', kind: 'X', metadata }).metadata).toEqual({
      name: 'crm',
      uid: 'u',
      resourceVersion: '1',
      suspendManager: 'flux',
    });
  });
});
