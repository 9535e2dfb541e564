import type { PlannedChange } from '../../api/connector.ts';
import { consentOf } from '../../api/reasons.ts';
import type { InstancePatch } from '../../openconnectors/port.ts';
import type { Result } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { NEW_INSTANCE_ID } from './assume.ts';
import type { ChangeAction } from './effects.ts';

type Blocked = Extract<Result, { kind: 'blocked' }>;

/** The line of a plan for an action. */
export function plannedChange(action: ChangeAction): PlannedChange {
  switch (action.type) {
    case 'create':
      return {
        action: 'Create',
        target: newInstance(action.body.element),
        fields: fieldsOf(action.body),
      };
    case 'reauthorize':
      return { action: 'Reauthorize', target: instanceText(action.id), fields: fieldsOf(action.body) };
    case 'patch':
      return { action: 'Update', target: instanceText(action.id), fields: fieldsOf(action.patch) };
    case 'enable':
      return {
        action: action.enabled ? 'Enable' : 'Disable',
        target: instanceText(action.id),
        fields: [],
      };
    case 'release-tags':
      return { action: 'Update', target: instanceText(action.id), fields: ['tags'] };
    case 'delete-instance':
      return { action: 'Delete', target: instanceText(action.id), fields: [] };
    case 'write-connection-secret':
      return {
        action: action.exists ? 'Update' : 'Create',
        target: secretText(action.name),
        fields: Object.keys(action.data).sort(),
      };
    case 'release-connection-secret':
      return { action: 'Update', target: secretText(action.name), fields: ['metadata.ownerReferences'] };
    case 'delete-connection-secret':
      return { action: 'Delete', target: secretText(action.name), fields: [] };
  }
}

/** The last line of a plan: what the operator would do next, and what a user has to provide before. */
export function blockedChange(input: ConnectorInput, result: Blocked): PlannedChange {
  const { chosen } = input.instances;
  const needs = needsOf(input, result);
  if (chosen === undefined || chosen.instance === 'not-found') {
    return { action: 'Create', target: newInstance(input.connector.spec.connector), fields: [], needs };
  }
  return {
    action: result.condition === 'Authorized' ? 'Reauthorize' : 'Update',
    target: instanceText(chosen.id),
    fields: [],
    needs,
  };
}

function needsOf({ secrets: { grant }, offersPage }: ConnectorInput, result: Blocked): string {
  // A page or a command has no effect before the change of the policy.
  if (consentOf(result.reason) !== 'required') {
    return result.message;
  }
  if (grant === undefined || offersPage) {
    return 'OAuth consent of a user.';
  }
  const noun = grant.use.kind === 'code' ? 'authorization code' : 'refresh token';
  return `A new ${noun} in Secret "${grant.use.secretName}" with key "${grant.use.key}" (${grant.use.field}).`;
}

function instanceText(id: number): string {
  return id === NEW_INSTANCE_ID ? 'the new instance' : `instance ${id}`;
}

function newInstance(element: string | undefined): string {
  return `instance of ${element ?? 'an unknown connector'}`;
}

function secretText(name: string): string {
  return `Secret "${name}"`;
}

function fieldsOf({ name, tags, configuration = {} }: InstancePatch): string[] {
  return [
    ...(name === undefined ? [] : ['name']),
    ...(tags === undefined ? [] : ['tags']),
    ...Object.keys(configuration)
      .sort()
      .map((key) => `configuration.${key}`),
  ];
}
