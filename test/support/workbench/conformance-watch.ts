import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import { parseAccount, parseConnector } from '../../../src/api/parse.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { brokenRules, kstatusOf, type WithStatus } from '../kstatus/kstatus.ts';
import { computedByLibrary, hasKstatus } from '../kstatus/library.ts';
import { eachLine } from './lines.ts';

const eventSchema = z.object({
  type: z.string(),
  object: z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string().optional() }) }),
});

/** Checks every written status of a suite. */
export interface ConformanceWatch {
  /** Number of checked objects. */
  readonly seen: number;
  /**
   * Ends the watch. Throws if any status broke a rule of kstatus or of the API conventions, or if the library kstatus,
   * where it is there, computes something else for one than `kstatusOf`.
   */
  stop(): void;
}

/** Watches both kinds in all namespaces and checks each state of each object. */
export async function watchConformance(plane: ControlPlane): Promise<ConformanceWatch> {
  const broken = new Set<string>();
  const states = new Map<string, WithStatus>();
  let seen = 0;
  const look = (line: string): void => {
    const { type, object } = eventSchema.parse(JSON.parse(line));
    if (type !== 'ADDED' && type !== 'MODIFIED') {
      return;
    }
    const parsed = object.kind === 'OpenConnectorsAccount' ? parseAccount(object) : parseConnector(object);
    const { generation, deletionTimestamp } = parsed.metadata;
    states.set(JSON.stringify([generation, deletionTimestamp, parsed.status]), parsed);
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
      for (const state of differing([...states.values()])) {
        broken.add(`${state.kind}: the library kstatus differs for ${JSON.stringify(state)}`);
      }
      if (broken.size > 0) {
        throw new Error(`statuses that break the rules:\n${[...broken].slice(0, 5).join('\n')}`);
      }
    },
  };
}

/** The objects for which kstatus itself computes something else; none where it is not there. */
function differing(objects: readonly WithStatus[]): readonly WithStatus[] {
  const computed = hasKstatus ? computedByLibrary(objects) : objects.map(kstatusOf);
  return objects.filter((object, index) => kstatusOf(object) !== computed[index]);
}
