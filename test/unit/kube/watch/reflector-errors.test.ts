import { describe, expect, it } from 'vitest';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import {
  asError,
  HistoryError,
  InStreamError,
  troubleOf,
} from '../../../../src/kube/watch/reflector-errors.ts';

describe('the errors of a reflector', () => {
  it('carry the status of an event in the stream', () => {
    const status = new KubeError('gone', 'too old');
    const error = new InStreamError(status);
    expect([error.status, error.message]).toEqual([status, 'too old']);
  });

  it.each([
    [new KubeError('forbidden', 'no'), 'forbidden'],
    [new HistoryError('older'), 'HistoryError'],
    [new TypeError('x'), 'TypeError'],
  ])('are distinguished by the kind of %s', (error, expected) => {
    expect(troubleOf(error)).toBe(expected);
  });

  it('are errors whatever was thrown', () => {
    const error = new Error('x');
    expect(asError(error)).toBe(error);
    expect(asError('text')).toEqual(new Error('a value that is not an Error was thrown'));
  });
});
