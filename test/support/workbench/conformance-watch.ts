import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../../src/api/parse.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { brokenRules } from '../kstatus/kstatus.ts';
import { eachLine } from './lines.ts';

const eventSchema = z.object({
  type: z.string(),
  object: z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string().optional() }) }),
});

/** Checks every written status of a suite. */
export interface ConformanceWatch {
  /** Number of checked objects. */
  readonly seen: number;
  /** Ends the watch. Throws if any status broke a rule of kstatus or of the API conventions. */
  stop(): void;
}

/** Watches both kinds in all namespaces and checks each state of each object. */
export async function watchConformance(plane: ControlPlane): Promise<ConformanceWatch> {
  const broken = new Set<string>();
  let seen = 0;
  const look = (line: string): void => {
    const { type, object } = eventSchema.parse(JSON.parse(line));
    if (type !== 'ADDED' && type !== 'MODIFIED') {
      return;
    }
    const parsed = object.kind === 'OpenConnectorsAccount' ? parseAccount(object) : parseConnector(object);
    if (parsed.status?.conditions === undefined) {
      return; // The schema's default: nothing has been written yet.
    }
    seen += 1;
    for (const rule of brokenRules(parsed)) {
      broken.add(`${object.kind} ${parsed.metadata.name}: ${rule} in ${JSON.stringify(parsed.status)}`);
    }
  };
  const streams = await Promise.all(
    ['infusionsoftconnectors', 'openconnectorsaccounts'].map(async (plural) => {
      const stream = await plane.rest.stream(`/apis/${API_VERSION}/${plural}?watch=true`);
      eachLine(stream, look);
      return stream;
    }),
  );
  return {
    get seen() {
      return seen;
    },
    stop() {
      for (const stream of streams) {
        stream.destroy();
      }
      if (broken.size > 0) {
        throw new Error(`statuses that break the rules:\n${[...broken].slice(0, 5).join('\n')}`);
      }
    },
  };
}
