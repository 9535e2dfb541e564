import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import type { Simulation } from 'open-connectors-simulator/simulation.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { CALLBACK_URL } from '../../support/workbench/manifests.ts';
import type { Subject } from './subject.ts';

/** A new code or refresh token for the OAuth client of `subject`, as after a consent. It counts as stored after a call of `stored`. */
export function issueCode(
  simulator: Pick<Simulation, 'issueCode' | 'issueRefreshToken'>,
  clock: Clock,
  subject: Subject,
): { readonly value: string; readonly fingerprint: string; stored(): void } {
  const { clientId } = subject.app;
  const value =
    subject.grant === 'code'
      ? simulator.issueCode({ clientId, callbackUrl: CALLBACK_URL })
      : simulator.issueRefreshToken({ clientId });
  const print = fingerprint(value);
  return {
    value,
    fingerprint: print,
    stored: () => void subject.codes.push({ fingerprint: print, clientId, storedAt: clock.now() }),
  };
}
