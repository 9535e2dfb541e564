import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { delayLines } from './delayed-lines.ts';
import { GONE, GONE_EVENT } from './gone.ts';
import { drawWatchFault } from './watch-fault.ts';

/** Counts of faults of watches. */
export interface WatchCounts {
  watches: number;
  /** Ended in the middle, by a reset or a clean end. */
  cut: number;
  /** Answered with 410, as status or as event. */
  gone: number;
}

/** The state of one proxied watch. */
export interface WatchContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly watchDelayMs: number;
  readonly counts: WatchCounts;
  readonly raging: () => boolean;
}

/** Opens the request at the API server. */
type Open = (onResponse: (incoming: IncomingMessage) => void) => ClientRequest;

/** Serves one watch: refuses it with 410, or delays its events and ends it early. */
export function serveWatch(open: Open, response: ServerResponse, context: WatchContext): void {
  const { clock, counts } = context;
  const fault = drawWatchFault(context.random, context.raging());
  counts.watches += 1;
  if (fault.kind === 'refused') {
    counts.gone += 1;
    response.writeHead(410, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(GONE));
    return;
  }
  const outgoing = open((incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    response.flushHeaders();
    if (incoming.statusCode !== 200) {
      incoming.pipe(response);
      return;
    }
    const lines = delayLines(
      clock,
      context.watchDelayMs,
      (line) => void response.write(line),
      () => void response.end(),
    );
    const endEarly = (): void => {
      if (!context.raging()) {
        return; // It was drawn while the storm raged.
      }
      lines.cancel();
      counts[fault.end === 'gone' ? 'gone' : 'cut'] += 1;
      if (fault.end === 'cut') {
        response.destroy();
      } else {
        response.end(fault.end === 'gone' ? GONE_EVENT : undefined);
      }
      outgoing.destroy();
    };
    const stopLife = fault.lifeMs === undefined ? () => undefined : clock.schedule(fault.lifeMs, endEarly);
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => lines.push(chunk));
    incoming.on('error', () => undefined); // Ended from this side, or followed by `close`.
    incoming.once('end', () => lines.finish());
    response.once('close', () => {
      stopLife();
      lines.cancel();
      outgoing.destroy();
    });
  });
  response.once('close', () => outgoing.destroy());
}
