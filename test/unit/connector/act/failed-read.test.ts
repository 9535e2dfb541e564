import { describe, expect, it } from 'vitest';
import { ERROR_CLASSES } from '../../../support/builders/arbitraries.ts';
import { ID, remoteError, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { at } from '../../../support/builders/time.ts';

/** A settled connector, changed, whose instance exists and whose reads by id fail with an error of a class. */
function unreadable(name: (typeof ERROR_CLASSES)[number], change: Parameters<typeof settledConnector>[0]) {
  return bench({
    connector: settledConnector(change),
    secrets: STORED,
    listed: [],
    answers: workingRemote(new Map([[ID, instance(ID)]]), {
      readInstance: () => {
        throw remoteError(name, 'the read failed', { status: name === 'not-found' ? 404 : 500 });
      },
    }),
  });
}

const others = ERROR_CLASSES.filter((name) => name !== 'not-found');

describe('a read by id that fails', () => {
  it.each(others)('with %s is no proof that the instance is deleted', async (name) => {
    const subject = unreadable(name, {});
    await reconcileOnce(subject);
    expect(subject.inventory.about('', [ID]).instances.get(ID)).toBeUndefined();
    expect(subject.calls.map(([call]) => call)).toEqual(['readInstance']);
  });

  it.each(others)('with %s keeps the finalizer of a resource that is being deleted', async (name) => {
    const subject = unreadable(name, { metadata: { deletionTimestamp: at(0) } });
    const { outcome } = await reconcileOnce(subject);
    expect(outcome.kind).not.toBe('released');
  });

  it('with the 404 of the API itself is that proof', async () => {
    const subject = unreadable('not-found', { metadata: { deletionTimestamp: at(0) } });
    expect((await reconcileOnce(subject)).outcome).toEqual({ kind: 'released' });
  });
});
