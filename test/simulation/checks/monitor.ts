import { z } from 'zod';
import type { Stage } from '../environment/stage.ts';
import type { WireCall } from '../wire/fate.ts';
import type { WireObserver } from '../wire/wire.ts';
import { callInWords } from '../wire/words.ts';
import { checkCodes } from './codes.ts';
import { checkFencing } from './fencing.ts';
import { checkHost } from './host.ts';
import { checkOwners } from './owners.ts';
import { checkRate } from './rate.ts';
import { checkRemoval } from './removal.ts';
import { checkSearchFirst } from './search-first.ts';
import { checkSecrets } from './secrets.ts';
import { PROPERTIES, type Violation } from './violation.ts';

/** Checks the safety properties while a run goes on. */
export interface Monitor extends WireObserver {
  readonly violations: readonly Violation[];
  /** The most requests of one process in 10 s, and of one kind in 60 s. */
  readonly peaks: readonly number[];
  /** When a process wrote last, milliseconds on the monotonic clock. */
  readonly writtenAt: number;
  /** Searches a line of a log. */
  log(process: string, line: string): void;
  /** From now on the operator must not write. */
  expectQuiet(): void;
  report(violation: Violation): void;
  /** Checks what may have changed since the last call. */
  step(): void;
}

/** Watches every request, commit and log line of a run. */
export function createMonitor(stage: Stage): Monitor {
  const { environment } = stage;
  const { trace } = environment;
  const violations: Violation[] = [];
  const report = (violation: Violation): void => {
    if (violations.some(({ property, text }) => property === violation.property && text === violation.text)) {
      return;
    }
    violations.push(violation);
    trace.note('BROKEN', `${PROPERTIES[violation.property]} ${violation.text}`);
  };
  const now = (): number => environment.clock.monotonic();
  const codes = checkCodes(now, report);
  const searches = checkSearchFirst(now, report);
  const removal = checkRemoval(stage, report);
  const owners = checkOwners(stage, report);
  const search = checkSecrets(environment, report);
  const fenced = checkFencing(environment, report);
  const rate = checkRate(environment, report);
  let isQuiet = false;
  let writtenAt = 0;
  let hasChanged = false;
  return {
    violations,
    report,
    get peaks() {
      return rate.peaks();
    },
    get writtenAt() {
      return writtenAt;
    },
    left(call) {
      trace.note('->', callInWords(call));
      rate(call);
      codes.left(call);
      searches.left(call);
      removal(call);
      checkHost(call, report);
      fenced(call);
      writtenAt = isWrite(call) ? environment.clock.monotonic() : writtenAt;
      if (isQuiet && isWrite(call)) {
        report({ property: 'quiet', text: callInWords({ ...call, number: 0 }) });
      }
    },
    answered(call, outcome, body) {
      trace.note('<-', `${callInWords(call)} ${outcome}`);
      codes.answered(call, outcome, body);
      searches.answered(call, outcome, body);
      hasChanged ||= call.api === 'external' && call.method !== 'GET';
    },
    log(process, line) {
      search(`the log of ${process}`, line);
      trace.note('log', `${process} ${messageOf(line)}`);
    },
    expectQuiet() {
      isQuiet = true;
    },
    step() {
      if (hasChanged) {
        hasChanged = false;
        owners.look();
      }
    },
  };
}

/** Renewing the Lease is no change. */
function isWrite({ method, target }: WireCall): boolean {
  return method !== 'GET' && !target.includes('/leases');
}

const logLine = z.object({ msg: z.string(), action: z.string().optional() });

function messageOf(line: string): string {
  const { msg, action } = logLine.parse(JSON.parse(line));
  return action === undefined ? msg : `${msg} ${action}`;
}
