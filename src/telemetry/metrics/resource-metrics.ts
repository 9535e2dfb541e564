import { type AccountStatus, accountStatusSchema } from '../../api/account.ts';
import type { Condition } from '../../api/condition.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES } from '../../api/group.ts';
import { consentOf } from '../../api/reasons.ts';
import { isRecord, type KubeObject } from '../../kube/client/object.ts';
import { DEFAULT_ACCOUNT_UID } from '../../ownership/account-key.ts';
import { ELEMENT_KEYS } from '../../provider/elements.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Metrics, Sample } from './metrics.ts';
import type { PauseBook, PauseCause } from './pauses.ts';

/** The cached resources. Objects are shared and must not be changed. */
export interface OperatorResources {
  readonly connectors: readonly KubeObject[];
  readonly accounts: readonly KubeObject[];
  /** Status of the default account; `undefined` before its first reconcile. */
  readonly defaultAccount: AccountStatus | undefined;
}

/** Inputs of the metrics about resources at each scrape. */
export interface ResourceMetricsOptions {
  /** The resources; `undefined` while another replica is the leader. */
  readonly resources: () => OperatorResources | undefined;
  readonly pauses: PauseBook;
  readonly clock: Clock;
  /** Whether each resource has its own series. */
  readonly perResource: boolean;
}

/** The part of a resource that the metrics read. */
interface Observed {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly ObservedCondition[];
}

type ObservedCondition = Pick<Condition, 'type' | 'reason' | 'lastTransitionTime'> & {
  readonly status: string;
};

const NOTHING: OperatorResources = { connectors: [], accounts: [], defaultAccount: undefined };

const pauseCauses: readonly PauseCause[] = ['throttled', 'unavailable'];

/** Computes the metrics about resources at each scrape from the caches, so that a deleted resource leaves no series. */
export function exposeResources(metrics: Metrics, options: ResourceMetricsOptions): void {
  metrics.onScrape(() => {
    const known = options.resources();
    const resources = known ?? NOTHING;
    const connectors = resources.connectors.map((object) => observedOf(CONNECTOR_NAMES.kind, object));
    const accounts = resources.accounts.map((object) => observedOf(ACCOUNT_NAMES.kind, object));
    const all = [...connectors, ...accounts];
    const own = { kind: ACCOUNT_NAMES.kind, conditions: resources.defaultAccount?.conditions ?? [] };
    metrics.replace('openconnectors_resource_conditions', countConditions([...all, own]));
    metrics.replace('openconnectors_status_condition', options.perResource ? all.flatMap(eachCondition) : []);
    metrics.replace('openconnectors_connectors', known === undefined ? [] : countByElement(known.connectors));
    setPendingMetrics(metrics, connectors, options.clock.now());
    setAccountMetrics(metrics, resources, options.pauses);
  });
}

/** Every element has a series while this process is the leader, so that an alert on its absence is possible. */
function countByElement(connectors: readonly KubeObject[]): Sample<'openconnectors_connectors'>[] {
  const elements = connectors.map((object) =>
    'spec' in object && isRecord(object.spec) ? object.spec['connector'] : undefined,
  );
  return ELEMENT_KEYS.map((connector) => ({
    labels: { connector },
    value: elements.filter((element) => element === connector).length,
  }));
}

function observedOf(kind: string, object: KubeObject): Observed {
  const { namespace = '', name } = object.metadata;
  const { conditions } = statusOf(object);
  return {
    kind,
    namespace,
    name,
    conditions: Array.isArray(conditions) ? conditions.filter(isObserved) : [],
  };
}

/** Hand-written, as it runs for tens of thousands of conditions at each scrape. */
function isObserved(value: unknown): value is ObservedCondition {
  if (!isRecord(value)) {
    return false;
  }
  const { type, status, reason, lastTransitionTime } = value;
  return [type, status, reason, lastTransitionTime].every((field) => typeof field === 'string');
}

function statusOf(object: KubeObject): Record<string, unknown> {
  const status = 'status' in object ? object.status : undefined;
  return isRecord(status) ? status : {};
}

function countConditions(
  all: readonly Pick<Observed, 'kind' | 'conditions'>[],
): Sample<'openconnectors_resource_conditions'>[] {
  const counts = new Map<
    string,
    { labels: Sample<'openconnectors_resource_conditions'>['labels']; value: number }
  >();
  for (const { kind, conditions } of all) {
    for (const { type, status, reason } of conditions) {
      const key = `${kind} ${type} ${status} ${reason}`;
      const sample = counts.get(key) ?? { labels: { kind, condition: type, status, reason }, value: 0 };
      sample.value += 1;
      counts.set(key, sample);
    }
  }
  return [...counts.values()];
}

function eachCondition({
  kind,
  namespace,
  name,
  conditions,
}: Observed): Sample<'openconnectors_status_condition'>[] {
  return conditions.map(({ type, status }) => ({
    labels: { kind, namespace, name, condition: type, status },
    value: 1,
  }));
}

function setPendingMetrics(metrics: Metrics, connectors: readonly Observed[], now: number): void {
  const waiting = connectors.flatMap(({ conditions }) =>
    conditions.filter(
      ({ type, status, reason }) =>
        (type === 'Authorized' && status === 'False' && consentOf(reason) !== 'withheld') ||
        (type === 'AuthorizationPending' && status === 'True'),
    ),
  );
  const since = waiting.map(({ lastTransitionTime }) => Date.parse(lastTransitionTime));
  const oldest = since.filter((time) => !Number.isNaN(time)).reduce((a, b) => Math.min(a, b), now);
  metrics.set('openconnectors_authorizations_pending', {}, waiting.length);
  metrics.set('openconnectors_authorization_pending_seconds', {}, (now - oldest) / 1000);
}

interface ObservedAccount {
  readonly uid: string;
  readonly labels: { readonly namespace: string; readonly account: string };
  readonly instances: AccountStatus['instances'];
}

function setAccountMetrics(metrics: Metrics, resources: OperatorResources, pauses: PauseBook): void {
  const accounts = accountsOf(resources);
  metrics.replace(
    'openconnectors_account_paused',
    accounts.flatMap(({ uid, labels }) =>
      pauseCauses.map((cause) => ({
        labels: { ...labels, cause },
        value: pauses.causesOf(uid).has(cause) ? 1 : 0,
      })),
    ),
  );
  for (const [name, count] of [
    ['openconnectors_instances_managed', 'managed'],
    ['openconnectors_instances_orphaned', 'orphaned'],
  ] as const) {
    metrics.replace(
      name,
      accounts.flatMap(({ labels, instances }) => {
        const value = instances?.[count];
        return value === undefined ? [] : [{ labels, value }];
      }),
    );
  }
}

/** The accounts of resources, and the default account, which has no namespace. */
function accountsOf({ accounts, defaultAccount }: OperatorResources): ObservedAccount[] {
  const own = defaultAccount && {
    uid: DEFAULT_ACCOUNT_UID,
    labels: { namespace: '', account: DEFAULT_ACCOUNT_UID },
    instances: defaultAccount.instances,
  };
  const named = accounts.map((object) => ({
    uid: object.metadata.uid,
    labels: { namespace: object.metadata.namespace ?? '', account: object.metadata.name },
    instances: accountStatusSchema.safeParse(statusOf(object)).data?.instances,
  }));
  return own === undefined ? named : [...named, own];
}
