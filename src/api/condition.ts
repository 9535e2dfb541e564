import { z } from 'zod';

/** Bounds and patterns of `metav1.Condition`. */
export const conditionSchema = z
  .object({
    type: z
      .string()
      .max(316)
      .regex(
        /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
      )
      .describe('Type of the condition.'),
    status: z.enum(['True', 'False', 'Unknown']).describe('Status of the condition.'),
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('The metadata.generation that the condition was set for.'),
    lastTransitionTime: z
      .string()
      .max(64)
      .meta({ format: 'date-time', description: 'When the status of the condition changed last.' }),
    reason: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .describe('Reason of the status as one CamelCase word.'),
    message: z.string().max(32768).describe('The fact behind the status and the next action.'),
  })
  .describe('A condition of the resource.');

export type Condition = z.infer<typeof conditionSchema>;
export type ConditionStatus = Condition['status'];

/** A list map by `type`. */
export const conditionsSchema = z
  .array(conditionSchema)
  .max(16)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
  .describe('The conditions of the resource.');

/** The condition of `type` of a resource; `undefined` without it. */
export function conditionOf(
  { status }: { readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined },
  type: ConditionType,
): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** A condition type; `transient` ones are present only while they are True. */
export interface ConditionInfo {
  readonly kinds: readonly ('connector' | 'account')[];
  readonly transient: boolean;
  readonly meaning: string;
}

/** Every condition type that the operator writes, in the order in which it writes them. */
export const CONDITIONS = {
  Ready: {
    kinds: ['connector', 'account'],
    transient: false,
    meaning:
      'The summary. For a connector: the instance exists, equals the spec, is authorized and responds, and the connection Secret is written. For an account: its credentials are valid. Otherwise it has the most important reason of the other conditions.',
  },
  SecretsResolved: {
    kinds: ['connector'],
    transient: false,
    meaning: 'All required Secrets and keys exist and are readable.',
  },
  AccountReady: {
    kinds: ['connector'],
    transient: false,
    meaning: 'The credentials of the account are valid.',
  },
  Authorized: {
    kinds: ['connector'],
    transient: false,
    meaning: 'The OAuth authorization works.',
  },
  Synced: {
    kinds: ['connector'],
    transient: false,
    meaning: 'The instance in Open Connectors equals the spec.',
  },
  AuthorizationPending: {
    kinds: ['connector'],
    transient: true,
    meaning:
      'A new OAuth consent is requested while the current authorization works. Ready stays True. Present only while True.',
  },
  Reconciling: {
    kinds: ['connector', 'account'],
    transient: true,
    meaning: 'The operator reconciles the resource, or retries with backoff. Present only while True.',
  },
  Stalled: {
    kinds: ['connector', 'account'],
    transient: true,
    meaning: 'The operator waits for a change of the spec, a Secret or a setting. Present only while True.',
  },
} as const satisfies Record<string, ConditionInfo>;

export type ConditionType = keyof typeof CONDITIONS;

/** All condition types, in the order of `CONDITIONS`. */
export const CONDITION_TYPES = Object.keys(CONDITIONS) as readonly ConditionType[];
