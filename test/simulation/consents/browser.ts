import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { pick } from '../../soak/seeds.ts';
import type { Ask, Reply } from '../../support/consent/visitor.ts';
import type { Replicas } from '../environment/replicas.ts';

/** No answer: no replica serves, the answer was lost, or the browser gave up. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** What requests of browsers go through. */
export interface Line {
  readonly clock: Clock;
  readonly replicas: Replicas;
  /** Draws what happens to the request with this number, from 1 on. */
  readonly randomOf: (request: number) => Random;
  /** Whether a lost answer or an impatient browser occurs, by its name. */
  readonly occurs: (disturbance: string) => boolean;
  /** Part of the answers that are lost, 0 to 1. */
  readonly losses: () => number;
  /** Gets each answer as it leaves the process, also one that is lost. */
  readonly onReply: (method: string, url: string, reply: Reply) => void;
}

/** How long a browser waits; an impatient one closes the connection while the operator works, milliseconds. */
const LONG_MS = 20_000;
const SHORT_MS = 60;
/** Part of the requests of an impatient browser. */
const IMPATIENT = 1 / 6;
/** Longest way of a request or an answer, milliseconds. */
const WAY_MS = 60;

/** Sends each request to a random replica that serves the pages, as a Service does. Rejects with `NoAnswerError`. */
export function askThrough({ clock, replicas, randomOf, occurs, losses, onReply }: Line): Ask {
  let requests = 0;
  return (method, url, headers, body) =>
    new Promise((resolve, reject) => {
      requests += 1;
      const number = requests;
      const random = randomOf(number);
      const way = (): number => 1 + Math.floor(random.fraction() * WAY_MS);
      const [thereMs, backMs] = [way(), way()];
      const isLost = random.fraction() < losses() && occurs(`lost answer to request ${number}`);
      const isImpatient =
        random.fraction() < IMPATIENT && losses() > 0 && occurs(`impatience at request ${number}`);
      const patienceMs = isImpatient ? SHORT_MS : LONG_MS;
      const gone = new AbortController();
      const cancel = clock.schedule(patienceMs, () => {
        gone.abort(new Error('the browser closed the connection'));
        reject(new NoAnswerError('the browser gave up'));
      });
      const fail = (why: string): void => {
        cancel();
        reject(new NoAnswerError(why));
      };
      const receive = async (response: Response): Promise<void> => {
        const reply = { status: response.status, headers: response.headers, body: await response.text() };
        onReply(method, url, reply);
        clock.schedule(backMs, () => {
          if (isLost) {
            fail('the answer was lost');
          } else {
            cancel();
            resolve(reply);
          }
        });
      };
      clock.schedule(thereMs, () => {
        const serving = replicas.running.filter(({ serves }) => serves);
        if (serving.length === 0) {
          fail('no replica serves the pages');
          return;
        }
        const init = {
          method,
          headers: { ...headers },
          signal: gone.signal,
          ...(body !== undefined && { body }),
        };
        pick(random, serving).browse(
          new Request(url, init),
          (response) => void receive(response).catch(reject),
        );
      });
    });
}
