import type { Clock } from '../runtime/clock.ts';
import { TokenBucket } from '../runtime/token-bucket.ts';
import type { NamespacedName } from './connector-name.ts';
import type { ConsentOutcome } from './outcomes.ts';

/** Where lines go: the part of a pino logger that is used here. */
export interface LineLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

const BURST = 5;
const REFILL_MS = 10_000;

/** What happened at the consent pages, as counters and as lines. Never shows anything that a request said. */
export interface AuditLog {
  /** A step of a person who has proven authority over the connector. */
  progress(outcome: ConsentOutcome, target: NamespacedName): void;
  /** A request that was refused: always counted, logged as often as is useful. */
  refusal(outcome: ConsentOutcome): void;
  /** Something of ours was in the way; `error` must hold no secret, as all errors at the edges. */
  trouble(error: unknown): void;
}

/** A journal on a logger; `observe` is told every outcome. */
export function createAuditLog(
  log: LineLog,
  clock: Pick<Clock, 'monotonic'>,
  observe: (outcome: ConsentOutcome) => void = () => undefined,
): AuditLog {
  const lines = new LimitedLines(clock);
  return {
    progress(outcome, { namespace, name }) {
      observe(outcome);
      log.info({ outcome, namespace, name }, 'Consent');
    },
    refusal(outcome) {
      observe(outcome);
      const suppressed = lines.admit(outcome);
      if (suppressed !== undefined) {
        log.info({ outcome, suppressed }, 'Refused a request to the consent pages');
      }
    },
    trouble(error) {
      observe('unavailable');
      const suppressed = lines.admit('unavailable');
      if (suppressed !== undefined) {
        log.warn({ error, suppressed }, 'Could not answer a request to the consent pages');
      }
    },
  };
}

/** A few lines of each kind, then one at intervals that says how many were left out. */
class LimitedLines {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kinds = new Map<ConsentOutcome, { readonly bucket: TokenBucket; suppressed: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** How many were left out since the last line, if one may be written now. */
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
