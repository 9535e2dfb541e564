import type { Clock } from '../runtime/clock.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import type { NamespacedName } from './connector-name.ts';
import type { ConsentOutcome } from './outcomes.ts';

/** The part of a pino logger that the pages use. */
export interface LineLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const BURST = 5;
const REFILL_MS = 10_000;

/** Counts and logs the outcomes of requests to the consent pages. No line contains text of a request. */
export interface AuditLog {
  /** A completed step of a user who has entered the one-time code. */
  progress(outcome: ConsentOutcome, target: NamespacedName): void;
  /** A refused request: always counted, logged at a limited rate. */
  refusal(outcome: ConsentOutcome): void;
  /** A request that failed in the operator; `error` must contain no secret. */
  failure(error: unknown): void;
}

/** An audit log on a logger; `observe` is called with every outcome. */
export function createAuditLog(
  log: LineLog,
  clock: Pick<Clock, 'monotonic'>,
  observe: (outcome: ConsentOutcome) => void = () => undefined,
): AuditLog {
  const lines = new LimitedLines(clock);
  return {
    progress(outcome, { namespace, name }) {
      observe(outcome);
      log.info({ outcome, namespace, name }, 'Completed a step of a consent');
    },
    refusal(outcome) {
      observe(outcome);
      const suppressed = lines.admit(outcome);
      if (suppressed !== undefined) {
        log.info({ outcome, suppressed }, 'Refused a request to the consent pages');
      }
    },
    failure(error) {
      observe('unavailable');
      const suppressed = lines.admit('unavailable');
      if (suppressed !== undefined) {
        log.warn({ error, suppressed }, 'Failed to answer a request to the consent pages');
      }
    },
  };
}

/** Limits lines by kind: a burst, then one line for each interval with the number of suppressed ones. */
class LimitedLines {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kinds = new Map<ConsentOutcome, { readonly bucket: TokenBucket; suppressed: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** The number of lines suppressed since the last one; `undefined` where this one is suppressed, too. */
  admit(kind: ConsentOutcome): number | undefined {
    const now = this.#clock.monotonic();
    const entry = this.#kinds.get(kind) ?? { bucket: new TokenBucket(BURST, REFILL_MS, now), suppressed: 0 };
    this.#kinds.set(kind, entry);
    if (entry.bucket.take(now) > 0) {
      entry.suppressed += 1;
      return undefined;
    }
    const { suppressed } = entry;
    entry.suppressed = 0;
    return suppressed;
  }
}
