import type { Difference } from './compare.ts';
import { KINDS, type Operation } from './operation.ts';

/** A difference that stays, and why. */
export interface KnownDifference {
  readonly name: string;
  readonly because: string;
  /** Sequence that shows it. A test fails when it no longer does. */
  readonly example: readonly Operation[];
  covers(difference: Difference): boolean;
}

const create = (plural: 'secrets' | 'configmaps' | 'widgets' | 'gadgets', content: object): Operation => {
  const { apiVersion, kind } = KINDS[plural];
  return { verb: 'create', plural, body: { apiVersion, kind, metadata: { name: 'a' }, ...content } };
};
const isMessage = ({ path }: Difference): boolean => path.endsWith('message');
const says = (text: unknown, ...words: readonly string[]): boolean =>
  words.some((word) => String(text).includes(word));

const NULL_IN_DATA: readonly Operation[] = [
  create('secrets', { data: { k: null } }),
  { verb: 'update', plural: 'secrets', name: 'a', body: {} },
];

/** Every difference that the comparison leaves out. Those that change what is stored do not occur in generated sequences. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'words of a value of a wrong type',
    because: 'they name structs and conversions of Go; status code and reason are the same',
    example: [create('configmaps', { data: { k: 1 } })],
    covers: (difference) =>
      isMessage(difference) &&
      says(
        difference.real,
        'json: cannot unmarshal',
        'cannot convert int64',
        'error decoding from json',
        'illegal base64 data',
        'Invalid value: "{',
        'patch: Invalid value:',
      ),
  },
  {
    name: 'status code of an apply with a value that no built-in type has',
    because: 'the emulator decodes the merged object, a server the configuration',
    example: [
      {
        verb: 'patch',
        type: 'apply',
        plural: 'secrets',
        name: 'a',
        query: { fieldManager: 'one' },
        body: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'a' },
          data: { k: 'not base64' },
        },
      },
    ],
    covers: ({ operation, path, real, emulated }) =>
      operation.verb === 'patch' &&
      operation.type === 'apply' &&
      (operation.plural === 'secrets' || operation.plural === 'configmaps') &&
      ((/^(status|body\.code)$/.test(path) && real === 500 && emulated === 422) ||
        /^body\.(reason|details)/.test(path) ||
        (path === 'body.message' && says(real, 'failed to convert new object'))),
  },
  {
    name: 'null in an applied custom resource',
    because: 'the emulator drops a null that its schema does not allow, a server refuses it',
    example: [
      {
        verb: 'patch',
        type: 'apply',
        plural: 'gadgets',
        name: 'a',
        query: { fieldManager: 'one' },
        body: {
          apiVersion: 'example.com/v1',
          kind: 'Gadget',
          metadata: { name: 'a' },
          spec: { nested: { a: null } },
        },
      },
    ],
    covers: ({ operation }) =>
      operation.verb === 'patch' &&
      operation.type === 'apply' &&
      JSON.stringify(operation.body).includes(':null'),
  },
  {
    name: 'second cause of a number that is no integer',
    because: 'a server checks the format of a number besides its type',
    example: [create('widgets', { spec: { size: 1.5 } })],
    covers: ({ path, real, emulated }) =>
      (path === 'body.message' && says(real, 'Checked value must be of type integer')) ||
      (/^body\.details\.causes\.\d+$/.test(path) && says(JSON.stringify(real), 'Checked value must be')) ||
      (path === 'body.details.causes' && emulated === undefined),
  },
  {
    name: 'path of a wrong type below status',
    because: 'a server validates the status of its subresource alone and words its path from there',
    example: [
      create('gadgets', {}),
      {
        verb: 'patch',
        type: 'merge',
        plural: 'gadgets',
        name: 'a',
        status: true,
        body: { status: { conditions: 'none' } },
      },
    ],
    covers: (difference) => isMessage(difference) && says(difference.real, ' conditions in body must be'),
  },
  {
    name: 'words of a field selector that a type does not have',
    because: 'a server words it for types without fields of their own in another way',
    example: [{ verb: 'list', plural: 'configmaps', query: { fieldSelector: 'spec.size=1' } }],
    covers: (difference) => isMessage(difference) && says(difference.real, 'is not a known field selector'),
  },
  {
    name: 'replacement of a missing custom resource with another kind',
    because: 'the emulator checks the kind when it decodes, a server when it validates the existing object',
    example: [
      {
        verb: 'replace',
        plural: 'widgets',
        name: 'a',
        body: { apiVersion: 'example.com/v1', kind: 'Other', metadata: { name: 'a', resourceVersion: '1' } },
      },
    ],
    covers: ({ operation, path }) =>
      operation.verb === 'replace' &&
      operation.body['kind'] === 'Other' &&
      /^(status|body\.(code|reason|message|details.*))$/.test(path),
  },
  {
    name: 'write after a null in the data of a Secret',
    because: 'a server stores the null as an empty value, which the next write changes',
    example: NULL_IN_DATA,
    covers: ({ operation }) => NULL_IN_DATA.includes(operation),
  },
  {
    name: 'descriptions of columns',
    because: 'the documentation of fields changes from version to version',
    example: [create('secrets', {}), { verb: 'get', plural: 'secrets', name: 'a', as: 'Table' }],
    covers: ({ path }) => /columnDefinitions\.\d+\.description$/.test(path),
  },
];

/** The differences that no entry of the table covers. */
export function unknownOf(differences: readonly Difference[]): readonly Difference[] {
  return differences.filter((difference) => !KNOWN_DIFFERENCES.some((known) => known.covers(difference)));
}
