import { PLAN_MAX_LENGTH, type PlannedChange } from '../../api/connector.ts';
import { reason } from '../../api/reasons.ts';
import type { Act, Result } from '../action.ts';
import { isInstancePinged } from '../action-log.ts';
import { decide } from '../decide/decide.ts';
import type { ConnectorInput } from '../input.ts';
import { gather } from '../observe/gather.ts';
import type { Fingerprint } from '../observe/secret-inputs.ts';
import { assume } from './assume.ts';
import { isChangeAction, isReadAction, type ReadAction } from './effects.ts';
import { blockedChange, plannedChange } from './planned-change.ts';

/** More actions than any way through `decide` has. */
const MAX_ACTIONS = 60;

type Blocked = Extract<Result, { kind: 'blocked' }>;

/** The changes that the operator would make, or what has to be read before they are known. */
export type Plan =
  | { readonly kind: 'read'; readonly action: ReadAction }
  | {
      readonly kind: 'planned';
      readonly changes: readonly PlannedChange[];
      /** What the plan ends at, where that is a precondition of the state as it is now. */
      readonly unmet: Blocked | undefined;
    }
  /** There is no plan: a call failed, the account is not ready, or the spec is invalid. */
  | { readonly kind: 'none'; readonly result: Result };

/**
 * The changes that `decide` leads to while every action succeeds. The plan ends at the first action that needs a user,
 * and at a new grant, after which the instance may have another token. What a read shows is never assumed while a real
 * read can show it. Pure.
 */
export function plan(observed: ConnectorInput, fingerprint: Fingerprint): Plan {
  const start = asManaged(observed, fingerprint);
  const changes: PlannedChange[] = [];
  let input = start;
  for (let actions = 0; actions < MAX_ACTIONS && changes.length < PLAN_MAX_LENGTH; actions += 1) {
    const action = decide(input);
    if (action.type === 'finish') {
      return conclude(input, action.result, changes);
    }
    if (isReadAction(action) && isShownNow(start, input, action)) {
      return { kind: 'read', action };
    }
    if (isChangeAction(action)) {
      changes.push(plannedChange(action));
    }
    if (isLastKnown(input, action)) {
      break;
    }
    input = assume(input, action, fingerprint);
  }
  return { kind: 'planned', changes, unmet: undefined };
}

/**
 * Whether the plan ends after the action: what follows a new grant depends on the token, and what follows a change of two
 * instances depends on what each of them shows then.
 */
function isLastKnown({ connector: { status } }: ConnectorInput, action: Act): boolean {
  const isReplacement = action.type === 'create' && status?.instance !== undefined;
  const areTwo = status?.next !== undefined || status?.replacing !== undefined;
  return action.type === 'reauthorize' || isReplacement || (areTwo && isChangeAction(action));
}

/** The input after the edit that makes the operator manage the resource: it counts as a change of the spec. */
function asManaged(input: ConnectorInput, fingerprint: Fingerprint): ConnectorInput {
  const { connector } = input;
  const managed: ConnectorInput['connector'] = {
    ...connector,
    spec: { ...connector.spec, managementPolicy: 'Manage' },
    metadata: { ...connector.metadata, generation: connector.metadata.generation + 1 },
  };
  return gather({ ...input, connector: managed, triggered: true }, fingerprint);
}

function conclude(input: ConnectorInput, result: Result, changes: readonly PlannedChange[]): Plan {
  if (result.kind !== 'blocked') {
    return result.kind === 'ready'
      ? { kind: 'planned', changes, unmet: undefined }
      : { kind: 'none', result };
  }
  const isFirst = changes.length === 0;
  if (!isPlannable(result)) {
    return isFirst ? { kind: 'none', result } : { kind: 'planned', changes, unmet: undefined };
  }
  return {
    kind: 'planned',
    changes: [...changes, blockedChange(input, result)],
    unmet: isFirst ? result : undefined,
  };
}

/** Reasons that leave nothing to plan. */
const PRECONDITIONS: ReadonlySet<string> = new Set(['InvalidSpec', 'ServerNotAllowed', 'AccountChanged']);

/** Whether a plan can end with what a reconcile ends with, because a user has to provide something. */
export function isPlannable(result: Result): boolean {
  if (result.kind !== 'blocked') {
    return true;
  }
  const { condition, reason: name } = result;
  if (condition === 'AccountReady' || PRECONDITIONS.has(name)) {
    return false;
  }
  return condition === 'SecretsResolved' || ['person', 'stalled'].includes(reason(name).severity);
}

/** Whether a real call shows what the read is about: no assumed action has changed it. */
function isShownNow(start: ConnectorInput, input: ConnectorInput, action: ReadAction): boolean {
  switch (action.type) {
    case 'read-secret':
      return start.facts.get(action.name) === input.facts.get(action.name);
    case 'search':
      return start.external === input.external;
    case 'read-instance':
    case 'verify-account':
      return isInstanceUnchanged(start, input, action.id);
    case 'ping':
      // After an assumed change `decide` asks for a call again, whose answer this reconcile already has.
      return (
        isInstanceUnchanged(start, input, action.id) &&
        (input === start || !isInstancePinged(start.log, action.id))
      );
    case 'ping-peer':
    case 'read-element':
      return true;
  }
}

function isInstanceUnchanged(start: ConnectorInput, input: ConnectorInput, id: number): boolean {
  return start.external.instances.get(id) === input.external.instances.get(id);
}
