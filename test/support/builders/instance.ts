import type { Instance } from '../../../src/openconnectors/port.ts';
import { allTags, type OwnerTags, ownerTags, uidTag } from '../../../src/ownership/owner-tags.ts';
import { CALLBACK, UID } from './connector.ts';
import { VALUES } from './secrets.ts';

/** Id of the cluster that the builders' operator runs in. */
export const CLUSTER = 'cluster-1';

/** The tags of the builders' connector. */
export const OWN: OwnerTags = ownerTags({ clusterId: CLUSTER, namespace: 'team-a', name: 'crm', uid: UID });

/** uid of a resource of the same name that existed before. */
export const NAMESAKE_UID = '11111111-aaaa-4bbb-8ccc-222222222222';

/** Tags by whose they are. */
export const TAGS = {
  own: allTags(OWN, []),
  /** The same name in a restored cluster: another uid. */
  namesake: allTags({ ...OWN, uid: uidTag(NAMESAKE_UID) }, []),
  /** Another resource of the same cluster. */
  otherResource: allTags(
    ownerTags({ clusterId: CLUSTER, namespace: 'team-b', name: 'crm', uid: '99999999-aaaa' }),
    [],
  ),
  otherCluster: allTags(ownerTags({ clusterId: 'other', namespace: 'team-a', name: 'crm', uid: UID }), []),
  none: ['team-sales'],
} as const satisfies Record<string, readonly string[]>;

/** An instance as a hydrated list shows it, equal to the builders' connector, with its tags. */
export function instance(id: number, change: Partial<Instance> = {}): Instance {
  return {
    id,
    name: 'team-a-crm',
    element: 'infusionsoftcrm',
    tags: TAGS.own,
    disabled: false,
    createdAt: '2026-02-01T09:00:00Z',
    token: VALUES.token,
    configuration: {
      'oauth.api.key': VALUES.clientId,
      'oauth.api.secret': '********',
      'infusionsoft.private.key': '********',
      'infusionsoft.server': 'dt123.infusionsoft.com',
      'oauth.callback.url': CALLBACK,
    },
    ...change,
  };
}
