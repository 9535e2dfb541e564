import { z } from 'zod';
import { HOME } from '../environment/cluster.ts';
import type { Environment } from '../environment/environment.ts';
import type { WireCall } from '../wire/fate.ts';
import type { Violation } from './violation.ts';

const lease = z.object({ spec: z.object({ holderIdentity: z.string().nullish() }) });

/** A write to Open Connectors leaves a replica only while no other one holds the Lease. */
export function checkFencing(
  { cluster }: Environment,
  report: (violation: Violation) => void,
): (call: WireCall) => void {
  return ({ api, method, process, number, target }) => {
    // Every replica asks for the URL of the provider, which changes nothing.
    if (api !== 'external' || method === 'GET' || target.endsWith('/oauth/url')) {
      return;
    }
    for (const [key, stored] of cluster.server.store.list('leases').entries) {
      const holder = lease.parse(stored).spec.holderIdentity ?? '';
      if (key.startsWith(`${HOME}/`) && holder !== '' && !holder.startsWith(`${process}_`)) {
        report({ property: 'fenced', text: `${process} sends request ${number} while ${holder} leads` });
      }
    }
  };
}
