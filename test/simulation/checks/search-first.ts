import { z } from 'zod';
import { CREATE_DEADLINE_MS, SEARCH_GRACE_MS } from '../environment/settings.ts';
import { isListing } from '../schedule/listing.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

/** Follows creates and the searches before them. */
export interface SearchCheck {
  left(call: WireCall): void;
  answered(call: WireCall, outcome: number | string, body: string): void;
}

/** The earliest time at which a search may begin that allows another create. */
interface Doubt {
  readonly number: number;
  searchFrom: number;
  /** Of a create that was throttled: another code needs no search, as the answer is final for this one. */
  body?: string | undefined;
}

const created = z.object({ tags: z.array(z.string()) });

/** A create follows a listing of its process, and a search after each earlier create that brought no instance. */
export function checkSearchFirst(now: () => number, report: (violation: Violation) => void): SearchCheck {
  const doubts = new Map<string, Doubt>();
  /** Processes that got a listing. */
  const informed = new Set<string>();
  const leftAt = new Map<number, number>();
  return {
    left(call) {
      if (isListing(call)) {
        leftAt.set(call.number, now());
      }
      const uid = uidOf(call);
      if (uid === undefined) {
        return;
      }
      const words = `${call.process} creates in request ${call.number}`;
      if (!informed.has(call.process)) {
        report({ property: 'searched first', text: `${words} before it listed the account` });
      }
      const doubt = doubts.get(uid);
      if (doubt !== undefined && (doubt.body === undefined || doubt.body === call.body)) {
        const text = `${words} without a search since request ${doubt.number} can have ended`;
        report({ property: 'searched first', text });
      }
      // The operator counts from its record, which is written before the request leaves.
      doubts.set(uid, { number: call.number, searchFrom: now() + CREATE_DEADLINE_MS });
    },
    answered(call, outcome, body) {
      if (isListing(call)) {
        const began = leftAt.get(call.number) ?? 0;
        leftAt.delete(call.number);
        // A 404 is how Open Connectors answers a search that finds nothing.
        if (outcome === 200 || outcome === 404) {
          informed.add(call.process);
          for (const [uid, { searchFrom }] of doubts) {
            // What is found is adopted, or deleted.
            if (began >= searchFrom || body.includes(`k8s-uid-${uid}`)) {
              doubts.delete(uid);
            }
          }
        }
        return;
      }
      const uid = uidOf(call);
      const doubt = uid === undefined ? undefined : doubts.get(uid);
      if (uid === undefined || doubt?.number !== call.number) {
        return;
      }
      if (outcome === 429) {
        // The same code may be sent again. No request is under way any more; only the lag of listings has to pass.
        doubt.searchFrom = now() + SEARCH_GRACE_MS;
        doubt.body = call.body;
      } else if (outcome === 200 || outcome === 'refused' || isRefusal(outcome)) {
        doubts.delete(uid);
      }
    },
  };
}

function isRefusal(outcome: number | string): boolean {
  return typeof outcome === 'number' && outcome >= 400 && outcome < 500 && outcome !== 408;
}

/** The resource for which the call creates an instance. */
function uidOf({ api, method, target, body }: WireCall): string | undefined {
  if (api !== 'external' || method !== 'POST' || !target.endsWith('/instances') || body === undefined) {
    return undefined;
  }
  const tag = created.parse(JSON.parse(body)).tags.find((one) => one.startsWith('k8s-uid-'));
  return tag?.slice('k8s-uid-'.length);
}
