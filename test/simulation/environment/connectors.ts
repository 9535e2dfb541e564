import { type ConnectorView, conditionsInWords, viewOf } from '../../soak/model/connector-view.ts';
import type { Watched } from '../../soak/model/connector-watch.ts';
import type { Environment } from './environment.ts';

/** Name of the collection in the store of the emulator. */
const COLLECTION = 'infusionsoftconnectors.openconnectors.dev';

/** The stored connectors, as a user with an own watch sees them. */
export interface Connectors {
  /** `undefined` if the connector does not exist. */
  of(key: string): Watched | undefined;
  all(): readonly ConnectorView[];
}

/** Follows each commit and writes changes of the status to the trace. */
export function watchConnectors({ cluster, clock, trace }: Environment): Connectors {
  const known = new Map<string, Watched>();
  cluster.server.store.subscribe(({ collection, type, key, object }) => {
    if (collection !== COLLECTION) {
      return;
    }
    const before = known.get(key);
    const view = viewOf(object);
    if (type === 'DELETED') {
      known.delete(key);
      trace.note('status', `${key}: does not exist any more`);
      return;
    }
    const same = before?.view.uid === view.uid ? before : undefined;
    const words = conditionsInWords(view);
    if (same === undefined || conditionsInWords(same.view) !== words) {
      trace.note('status', `${key}: ${words}`);
    }
    const isSameReady =
      same?.view.ready?.status === view.ready?.status && same?.view.ready?.reason === view.ready?.reason;
    known.set(key, {
      view,
      recordedAt: view.sentAt !== same?.view.sentAt ? clock.now() : same?.recordedAt,
      readySince: same !== undefined && isSameReady ? same.readySince : clock.now(),
    });
  });
  return {
    of: (key) => known.get(key),
    all: () => [...known.values()].map(({ view }) => view),
  };
}
