import { ALLOWED_HOST } from '../environment/settings.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

/** No request of the operator leaves for another host or port than the allowed one. */
export function checkHost({ api, origin, number }: WireCall, report: (violation: Violation) => void): void {
  if (api === 'external' && new URL(origin).host !== ALLOWED_HOST) {
    report({ property: 'allowed host', text: `request ${number} leaves for ${origin}` });
  }
}
