import type { InfusionsoftConnector } from '../api/connector.ts';
import { parseConnector } from '../api/parse.ts';
import { field, type KubeObject } from '../kube/client/object.ts';
import type { Store } from '../kube/watch/store.ts';
import { INDEX } from '../ownership/references.ts';

/** More say nothing more, and an account may have thousands. */
const MOST_PEERS = 60;
const MOST_OF_A_CLIENT = 12;

/**
 * Other connectors with an instance of the same element in the same account, some of each client_id. The search begins
 * behind the connector itself, so that not all connectors of an account call the same few instances.
 */
export function peersOf(store: Store, connector: InfusionsoftConnector): readonly InfusionsoftConnector[] {
  const instance = connector.status?.instance;
  if (instance?.account === undefined) {
    return [];
  }
  const all = store.byIndex(INDEX.recordedAccount, instance.account.uid);
  const { namespace, name } = connector.metadata;
  const stored = store.get(namespace, name);
  const own = stored === undefined ? -1 : all.indexOf(stored);
  const counts = new Map<string, number>();
  const found: KubeObject[] = [];
  for (const object of [...all.slice(own + 1), ...all.slice(0, Math.max(0, own))]) {
    if (found.length === MOST_PEERS) {
      break;
    }
    const { element, client } = summaryOf(object);
    const count = counts.get(client) ?? 0;
    if (element === instance.connector && count < MOST_OF_A_CLIENT) {
      counts.set(client, count + 1);
      found.push(object);
    }
  }
  return found.map(parseConnector);
}

/** The element and the client_id, without parsing the whole object. */
function summaryOf(object: KubeObject): { readonly element: unknown; readonly client: string } {
  const status = field(object, 'status');
  const credentials = field(status, 'credentials');
  const [first] = Array.isArray(credentials) ? credentials : [];
  return {
    element: field(field(status, 'instance'), 'connector'),
    client: String(field(first, 'fingerprint')),
  };
}
