import { grantsIn } from 'open-connectors-simulator/body.ts';
import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import { z } from 'zod';
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

/** A second send needs proof that every earlier one was not processed, whatever process sent it. */
export function checkCodes(report: (violation: Violation) => void): CodeCheck {
  /** For each credential the requests without such proof. */
  const unproven = new Map<string, Set<number>>();
  const credentialsOf = ({ api, method, body }: WireCall): readonly string[] => {
    if (api !== 'external' || method === 'GET' || body === undefined) {
      return [];
    }
    const { code, refreshToken } = grantsIn(body);
    return [code, refreshToken].filter((value) => value !== undefined).map(fingerprint);
  };
  return {
    left(call) {
      for (const credential of credentialsOf(call)) {
        const earlier = unproven.get(credential) ?? new Set();
        if (earlier.size > 0) {
          const text = `code ${credential} is sent in request ${call.number} after ${[...earlier]}`;
          report({ property: 'code sent once', text });
        }
        unproven.set(credential, earlier.add(call.number));
      }
    },
    answered(call, outcome, body) {
      if (outcome !== 429 || !ownRefusal.safeParse(parsed(body)).success) {
        return;
      }
      for (const credential of credentialsOf(call)) {
        unproven.get(credential)?.delete(call.number);
      }
    },
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // Not the format of Open Connectors.
  }
}
