import { expect, it } from 'vitest';
import type { Clock } from '../../../../src/runtime/clock.ts';
import { connector } from '../../../support/builders/connector.ts';
import { ID, remoteError, STORED, settledConnector } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { readiness, reconcileOnce } from '../../../support/builders/reconcile.ts';
import { type Answers, workingRemote } from '../../../support/builders/remote.ts';
import { MINUTE } from '../../../support/builders/time.ts';

const DAY = 24 * 60 * MINUTE;

/** A settled connector on a wall clock that the test can set. */
function settled(found = instance(ID), answers: Answers = {}): Bench & { setBack(ms: number): void } {
  const subject = bench({
    connector: settledConnector(),
    secrets: STORED,
    listed: [found],
    answers: workingRemote(new Map([[ID, found]]), answers),
  });
  let behind = 0;
  const clock: Clock = {
    now: () => subject.clock.now() - behind,
    monotonic: () => subject.clock.monotonic(),
    schedule: (delayMs, callback) => subject.clock.schedule(delayMs, callback),
  };
  return {
    ...subject,
    ports: { ...subject.ports, clock },
    setBack: (ms) => {
      behind += ms;
    },
  };
}

const pings = ({ calls }: Bench): number => calls.filter(([name]) => name === 'pingInstance').length;

it('pings an instance within one interval after the clock was set back a day', async () => {
  const subject = settled();
  await reconcileOnce(subject);
  subject.setBack(DAY);
  await reconcileOnce(subject);
  await subject.clock.advance(subject.ports.settings.pingIntervalMs);
  await reconcileOnce(subject);
  expect(pings(subject)).toBe(1);
});

it('tries a failed change again after the clock was set back a day', async () => {
  let isDown = true;
  const subject = settled(instance(ID, { name: 'renamed' }), {
    patchInstance: () => {
      if (isDown) {
        throw remoteError('unavailable');
      }
      return instance(ID);
    },
  });
  await reconcileOnce(subject);
  expect(readiness(subject)).toBe('False RemoteError');
  isDown = false;
  subject.setBack(DAY);
  await reconcileOnce(subject);
  expect(readiness(subject)).toBe('True Succeeded');
});

it('settles a lost create after the usual wait when the clock was set back a day', async () => {
  const subject = bench({
    connector: connector(),
    answers: workingRemote(new Map(), {
      createInstance: () => {
        throw remoteError('ambiguous');
      },
    }),
  });
  const { createDeadlineMs, searchGraceMs } = subject.ports.settings;
  await reconcileOnce(subject);
  subject.clock.setWall(subject.clock.now() - DAY);
  // The account lists again, because its last listing was in the future.
  subject.inventory.replace([], subject.clock.now());
  await reconcileOnce(subject);
  await subject.clock.advance(createDeadlineMs + searchGraceMs - 1);
  await reconcileOnce(subject);
  expect(readiness(subject)).toBe('False SearchingInstance');
  await subject.clock.advance(1);
  await reconcileOnce(subject);
  expect(readiness(subject)).toBe('False CredentialUsed');
  expect(subject.calls.filter(([name]) => name === 'createInstance')).toHaveLength(1);
});
