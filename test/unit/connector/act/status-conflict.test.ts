import { expect, it } from 'vitest';
import { KubeError } from '../../../../src/kube/client/errors.ts';
import { ID, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { secretRead } from '../../../support/builders/secrets.ts';

it('asks for no second consent after a conflict on the status write that follows an accepted one', async () => {
  const conflict = new KubeError('conflict', 'the object has been modified', { status: 409 });
  const conflicts = [conflict];
  const subject = bench({
    connector: settledConnector({ annotations: { reauthorizeAt: 'today' } }),
    secrets: { ...STORED, 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) },
    listed: [instance(ID)],
    answers: workingRemote(new Map([[ID, instance(ID)]])),
    onPatchStatus: () => {
      const error = conflicts.shift();
      if (error !== undefined) {
        throw error;
      }
    },
  });

  await expect(reconcileOnce(subject)).rejects.toThrow(conflict);
  await reconcileOnce(subject);

  expect(readiness(subject)).toBe('True Succeeded');
  expect(subject.stored().status?.lastHandledReauthorizeAt).toBe('today');
  expect(subject.calls.filter(([call]) => call === 'reauthorizeInstance')).toHaveLength(1);
});
