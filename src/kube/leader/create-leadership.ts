import type { OperatorLogger } from '@dot-i/k8s-operator';
import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../../runtime/random.ts';
import { describeError } from '../client/describe-error.ts';
import type { KubeRest } from '../client/rest.ts';
import type { Leadership } from './leadership.ts';
import { LeaseElector, LeaseNotHeldError, type LeaseTiming } from './lease-elector.ts';

/** The Lease, and the identity under which this process holds it. */
export interface LeaderElectionOptions {
  readonly namespace: string;
  readonly name: string;
  /** Different in every process, also after a restart. */
  readonly identity: string;
  readonly timing?: LeaseTiming | undefined;
}

/** Options of `createLeadership`. */
export interface LeadershipOptions {
  /** Client without a guard: the guard checks this Lease. */
  readonly rest: KubeRest;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: OperatorLogger;
  /** Absent: this process is the only replica and leads from `start` to `stop`. */
  readonly election: LeaderElectionOptions | undefined;
}

/** Leadership by a Lease, or of the only replica. */
export function createLeadership({ election, logger, ...options }: LeadershipOptions): Leadership {
  if (election === undefined) {
    return soleLeadership();
  }
  return new LeaseElector({
    ...options,
    ...election,
    onHolder: (identity) =>
      logger.info(identity === '' ? 'Lease has no holder' : `New leader elected: ${identity}`),
    onFailure: (error) => logger.debug(`Failed to acquire or renew the Lease: ${describeError(error)}`),
  });
}

function soleLeadership(): Leadership {
  const term = new AbortController();
  let isLeading = false;
  return {
    get isLeading() {
      return isLeading;
    },
    signal: term.signal,
    assertHeld() {
      if (!isLeading) {
        throw new LeaseNotHeldError('the operator does not run');
      }
    },
    start({ onStartedLeading }) {
      isLeading = !term.signal.aborted;
      if (isLeading) {
        onStartedLeading();
      }
    },
    async stop() {
      isLeading = false;
      term.abort(new LeaseNotHeldError('the operator has stopped'));
    },
  };
}
