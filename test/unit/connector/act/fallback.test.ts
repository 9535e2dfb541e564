import { expect, it } from 'vitest';
import type { AccountView } from '../../../../src/ownership/account-view.ts';
import { attempt, connector, HELD } from '../../../support/builders/connector.ts';
import { ID, STORED } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { bench } from '../../../support/builders/ports.ts';
import { reconcileOnce } from '../../../support/builders/reconcile.ts';
import { workingRemote } from '../../../support/builders/remote.ts';
import { at, MINUTE } from '../../../support/builders/time.ts';

const ACCOUNT_WITHOUT_SECRET: AccountView = {
  state: 'blocked',
  reason: 'AccountNotReady',
  message: 'OpenConnectorsAccount "sap" is not ready: its Secret does not exist.',
  stalled: true,
};

it('deletes the instance of a create that only the record names, with the fallback credentials', async () => {
  const instances = new Map([[ID, instance(ID, { createdAt: at(-MINUTE) })]]);
  const subject = bench({
    connector: connector({
      metadata: { ...HELD, deletionTimestamp: at(0) },
      annotations: { attempt: attempt({ at: at(-MINUTE) }) },
      status: undefined,
    }),
    secrets: STORED,
    listed: undefined,
    answers: workingRemote(instances),
    account: ACCOUNT_WITHOUT_SECRET,
    kept: 'open',
  });
  await reconcileOnce(subject);
  expect(subject.calls.map(([name]) => name)).toEqual([
    'listInstancesByTag',
    'readInstance',
    'deleteInstance',
    'readInstance',
  ]);
  expect([...instances]).toEqual([]);
});
