import { expect, it } from 'vitest';
import { parseOrganization } from '../../../src/openconnectors/schemas.ts';
import { UnreadableResponse } from '../../../src/openconnectors/transport/call.ts';

const read = (id: unknown) =>
  parseOrganization({ status: 200, headers: {}, body: JSON.stringify({ id, name: 'Acme' }) });

it('takes an id as a number or a text', () => {
  expect([read(5211), read('5211')]).toEqual([
    { id: '5211', name: 'Acme' },
    { id: '5211', name: 'Acme' },
  ]);
});

it('refuses an id that status cannot hold, because a cut one would be another organization', () => {
  expect(read('x'.repeat(128)).id).toHaveLength(128);
  expect(() => read('x'.repeat(129))).toThrow(UnreadableResponse);
});
