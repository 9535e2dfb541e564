import { CONDITIONS, type Condition, type ConditionType } from '../../../src/api/condition.ts';
import { CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { isReason, mayAppear } from '../../../src/api/reasons.ts';

/** The checked fields of an InfusionsoftConnector, an OpenConnectorsAccount, or a test object. */
export interface WithStatus {
  readonly kind: string;
  readonly metadata: {
    readonly generation: number;
    readonly deletionTimestamp?: string | undefined;
  };
  readonly status?:
    | {
        readonly observedGeneration?: number | undefined;
        readonly conditions?: readonly Condition[] | undefined;
      }
    | undefined;
}

/** The results of kstatus for a custom resource. */
export type KStatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current';

/**
 * The status that kstatus (sigs.k8s.io/cli-utils, `pkg/kstatus/status`) computes for a custom resource, and so what
 * Flux, kpt and `kubectl` plugins wait for. The generations only have to differ, and the list order decides.
 */
export function kstatusOf({ metadata, status }: WithStatus): KStatus {
  if (metadata.deletionTimestamp !== undefined) {
    return 'Terminating';
  }
  if (status?.observedGeneration !== undefined && status.observedGeneration !== metadata.generation) {
    return 'InProgress';
  }
  for (const { type, status: value } of status?.conditions ?? []) {
    if (value === 'True' && type === 'Reconciling') {
      return 'InProgress';
    }
    if (value === 'True' && type === 'Stalled') {
      return 'Failed';
    }
  }
  const ready = find(status?.conditions, 'Ready');
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress';
}

/** Whether `kubectl wait --for=condition=<type>` would end: the condition's own generation counts before the status'. */
export function kubectlWaits({ metadata, status }: WithStatus, type: ConditionType): boolean {
  const condition = find(status?.conditions, type);
  const observed = condition?.observedGeneration ?? status?.observedGeneration;
  return condition?.status !== 'True' || (observed !== undefined && observed < metadata.generation);
}

type Rule = readonly [
  name: string,
  broken: (object: WithStatus, conditions: readonly Condition[]) => boolean,
];

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** The rules of `fluxcd/pkg/runtime/conditions/check` that apply here, those of the API conventions, and our own. */
const RULES: readonly Rule[] = [
  ['status.observedGeneration is set', ({ status }) => !Number.isInteger(status?.observedGeneration)],
  [
    'status.observedGeneration is not ahead of metadata.generation',
    ({ metadata, status }) => (status?.observedGeneration ?? -1) > metadata.generation,
  ],
  ['Ready is there', (_, conditions) => find(conditions, 'Ready') === undefined],
  [
    'a condition type appears once',
    (_, conditions) => new Set(conditions.map(({ type }) => type)).size !== conditions.length,
  ],
  [
    'each condition type is declared for the kind',
    ({ kind }, conditions) =>
      conditions.some(({ type }) => {
        const info = Object.hasOwn(CONDITIONS, type) ? CONDITIONS[type as ConditionType] : undefined;
        const kinds: readonly string[] = info?.kinds ?? [];
        return !kinds.includes(kind === CONNECTOR_NAMES.kind ? 'connector' : 'account');
      }),
  ],
  [
    'a connector shows every lasting condition',
    ({ kind }, conditions) =>
      kind === CONNECTOR_NAMES.kind &&
      (['SecretsResolved', 'AccountReady', 'Authorized', 'Synced'] as const).some(
        (type) => find(conditions, type) === undefined,
      ),
  ],
  [
    'each condition has the generation of the status',
    ({ status }, conditions) =>
      conditions.some(({ observedGeneration }) => observedGeneration !== status?.observedGeneration),
  ],
  [
    'Reconciling and Stalled are not there together',
    (_, conditions) =>
      find(conditions, 'Reconciling') !== undefined && find(conditions, 'Stalled') !== undefined,
  ],
  [
    'Reconciling and Stalled are only there while they are True',
    (_, conditions) =>
      conditions.some(
        ({ type, status }) => (type === 'Reconciling' || type === 'Stalled') && status !== 'True',
      ),
  ],
  [
    'AuthorizationPending is only there while it and Ready are True',
    (_, conditions) => {
      const pending = find(conditions, 'AuthorizationPending');
      return (
        pending !== undefined && (pending.status !== 'True' || find(conditions, 'Ready')?.status !== 'True')
      );
    },
  ],
  [
    'with Ready=True there is neither Reconciling nor Stalled',
    (_, conditions) =>
      find(conditions, 'Ready')?.status === 'True' &&
      (find(conditions, 'Reconciling') ?? find(conditions, 'Stalled')) !== undefined,
  ],
  [
    'Stalled and Ready give one reason',
    (_, conditions) => {
      const stalled = find(conditions, 'Stalled');
      return stalled !== undefined && stalled.reason !== find(conditions, 'Ready')?.reason;
    },
  ],
  [
    'each reason is declared for its condition and status',
    (_, conditions) =>
      conditions.some(
        ({ type, status, reason }) => !isReason(reason) || !mayAppear(reason, type as ConditionType, status),
      ),
  ],
  [
    'each condition has a message',
    (_, conditions) => conditions.some(({ message }) => message.trim() === ''),
  ],
  [
    'each lastTransitionTime is in whole seconds of RFC 3339',
    (_, conditions) => conditions.some(({ lastTransitionTime }) => !RFC3339.test(lastTransitionTime)),
  ],
];

/** The rules that the status of `object` breaks, by name. */
export function brokenRules(object: WithStatus): string[] {
  const conditions = object.status?.conditions ?? [];
  return RULES.filter(([, broken]) => broken(object, conditions)).map(([name]) => name);
}

/** Throws with every broken rule of a status. */
export function assertStatusConforms(object: WithStatus): void {
  const broken = brokenRules(object);
  if (broken.length > 0) {
    throw new Error(
      `the status of a ${object.kind} does not conform (${broken.join('; ')}): ${JSON.stringify(object.status)}`,
    );
  }
}

function find(conditions: readonly Condition[] | undefined, type: ConditionType): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
