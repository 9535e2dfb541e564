import type { Clock } from 'test-kit/clock.ts';
import type { ElementKey } from './catalog.ts';
import { ApiError } from './errors.ts';
import type { Answer } from './wire.ts';

/**
 * What a hub call gets while the provider refuses everybody: a status that the platform forwards, or a fault in a 200.
 * Only the text of `401-token` is about a token.
 */
export const OUTAGE_ANSWERS = [
  '401',
  '401-token',
  '403',
  '404',
  '410',
  '500',
  '502',
  '503',
  'fault',
] as const;

export type OutageAnswer = (typeof OUTAGE_ANSWERS)[number];

/** A time in which the provider refuses the calls of every instance. */
export interface Outage {
  readonly answer: OutageAnswer;
  /** The only connector that is concerned; absent: all. */
  readonly connector?: ElementKey;
  /** Absent: until `endOutage`. */
  readonly forMs?: number;
  /** Whether token refreshes fail too: an instance whose refresh falls due at a call is then disabled. */
  readonly failsRefresh?: boolean;
}

/** The outage of the provider, if there is one. */
export interface Outages {
  start(outage: Outage): void;
  end(): void;
  /** The outage that concerns the instances of a connector now. */
  of(connector: string): Outage | undefined;
}

/** An answer that the platform forwards as it is; thrown out of a handler. */
export class ForwardedAnswer extends Error {
  override readonly name = 'ForwardedAnswer';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('an answer of the provider');
    this.answer = answer;
  }
}

/** Apigee's errors of a path that is in no product and of a token that it refuses, and plain reason phrases. */
const PROVIDER_TEXTS: Readonly<Record<Exclude<OutageAnswer, 'fault'>, string>> = {
  '401':
    '{"fault":{"faultstring":"Invalid API call as no apiproduct match found","detail":{"errorcode":"keymanagement.service.InvalidAPICallAsNoApiProductMatchFound"}}}',
  '401-token':
    '{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"keymanagement.service.invalid_access_token"}}}',
  '403': 'Forbidden',
  '404': 'Not Found',
  '410': 'Gone',
  '500': 'Internal Server Error',
  '502': 'Bad Gateway',
  '503': 'Service Unavailable',
};

const FAULT =
  '<?xml version="1.0"?><methodResponse><fault><value><struct><member><name>faultCode</name><value><i4>0</i4></value></member><member><name>faultString</name><value><string>No such handler</string></value></member></struct></value></fault></methodResponse>';

export function createOutages(clock: Clock): Outages {
  let current: { readonly outage: Outage; readonly until: number } | undefined;
  return {
    start(outage) {
      current = { outage, until: clock.now() + (outage.forMs ?? Number.POSITIVE_INFINITY) };
    },
    end() {
      current = undefined;
    },
    of(connector) {
      if (current === undefined || clock.now() >= current.until) {
        return undefined;
      }
      const { outage } = current;
      return outage.connector === undefined || outage.connector === connector ? outage : undefined;
    },
  };
}

/** The error of a hub call in an outage. */
export function outageError({ answer }: Outage): Error {
  return answer === 'fault'
    ? new ForwardedAnswer({ status: 200, headers: { 'Content-Type': 'text/xml' }, body: FAULT })
    : new ApiError(Number.parseInt(answer, 10), 'The provider refused the call', PROVIDER_TEXTS[answer]);
}
