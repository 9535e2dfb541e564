import { grantsIn } from 'open-connectors-simulator/body.ts';
import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import { z } from 'zod';
import { CODE_LIFETIME_MS } from '../environment/settings.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

/** Follows each code and refresh token from process to Open Connectors. */
export interface CodeCheck {
  left(call: WireCall): void;
  answered(call: WireCall, outcome: number | string, body: string): void;
}

/** The format in which Open Connectors refuses a request itself; a forwarded answer has a `providerMessage`. */
const ownRefusal = z.object({
  requestId: z.string(),
  message: z.string(),
  providerMessage: z.undefined().optional(),
});

/** The most sends of one code. */
const MOST_SENDS = 3;
/** Errors of the nodes' clocks, which the age of a code is counted with, milliseconds. */
const SKEW_MS = 4_000;

interface Sent {
  readonly kind: 'code' | 'refresh token';
  readonly firstAt: number;
  sends: number;
  /** The requests without proof that they were not processed. */
  readonly unproven: Set<number>;
}

interface Credential {
  readonly kind: Sent['kind'];
  readonly print: string;
}

/** A second send needs proof that every earlier one was not processed, whatever process sent it. */
export function checkCodes(now: () => number, report: (violation: Violation) => void): CodeCheck {
  const sent = new Map<string, Sent>();
  const property = 'code sent once';
  return {
    left(call) {
      for (const { kind, print } of credentialsOf(call)) {
        const known = sent.get(print) ?? { kind, firstAt: now(), sends: 0, unproven: new Set() };
        sent.set(print, known);
        known.sends += 1;
        const words = `${kind} ${print} is sent in request ${call.number}`;
        if (known.unproven.size > 0) {
          report({ property, text: `${words} after ${[...known.unproven]}` });
        }
        if (known.sends > MOST_SENDS) {
          report({ property, text: `${words}, for the ${known.sends}th time` });
        }
        if (now() - known.firstAt > CODE_LIFETIME_MS + SKEW_MS) {
          report({ property, text: `${words}, ${now() - known.firstAt} ms after the first` });
        }
        known.unproven.add(call.number);
      }
    },
    answered(call, outcome, body) {
      if (outcome !== 429 || !ownRefusal.safeParse(parsed(body)).success) {
        return;
      }
      for (const { kind, print } of credentialsOf(call)) {
        // A refresh token is replaced when it is used, so that no answer proves anything.
        if (kind === 'code') {
          sent.get(print)?.unproven.delete(call.number);
        }
      }
    },
  };
}

function credentialsOf({ api, method, body }: WireCall): readonly Credential[] {
  if (api !== 'external' || method === 'GET' || body === undefined) {
    return [];
  }
  const { code, refreshToken } = grantsIn(body);
  return [
    ...(code === undefined ? [] : [{ kind: 'code', print: fingerprint(code) } as const]),
    ...(refreshToken === undefined
      ? []
      : [{ kind: 'refresh token', print: fingerprint(refreshToken) } as const]),
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // Not the format of Open Connectors.
  }
}
