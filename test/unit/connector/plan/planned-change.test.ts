import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '../../../../src/api/connector.ts';
import type { Result } from '../../../../src/connector/action.ts';
import { NEW_INSTANCE_ID } from '../../../../src/connector/plan/assume.ts';
import type { ChangeAction } from '../../../../src/connector/plan/effects.ts';
import { blockedChange, plannedChange } from '../../../../src/connector/plan/planned-change.ts';
import type { InstanceBody } from '../../../../src/openconnectors/port.ts';
import { CALLBACK, connector } from '../../../support/builders/connector.ts';
import { ID, input, settledInput } from '../../../support/builders/input.ts';
import { DRAFT } from '../../../support/builders/record-draft.ts';

const BODY: InstanceBody = {
  element: 'infusionsoftrest',
  name: 'x',
  tags: ['a'],
  configuration: { 'oauth.scope': 'full', 'oauth.api.key': 'a value' },
  grant: { kind: 'code', code: 'a code' },
};
const FIELDS = ['name', 'tags', 'configuration.oauth.api.key', 'configuration.oauth.scope'];

describe('a line of a plan', () => {
  it.each<[ChangeAction, PlannedChange]>([
    [
      { type: 'create', body: BODY, draft: DRAFT },
      { action: 'Create', target: 'instance of infusionsoftrest', fields: FIELDS },
    ],
    [
      { type: 'reauthorize', id: ID, body: BODY, draft: DRAFT },
      { action: 'Reauthorize', target: `instance ${ID}`, fields: FIELDS },
    ],
    [
      { type: 'patch', id: ID, patch: { tags: [] }, reason: 'Updated' },
      { action: 'Update', target: `instance ${ID}`, fields: ['tags'] },
    ],
    [
      { type: 'patch', id: NEW_INSTANCE_ID, patch: { name: 'x' }, reason: 'Updated' },
      { action: 'Update', target: 'the new instance', fields: ['name'] },
    ],
    [
      { type: 'enable', id: ID, enabled: true },
      { action: 'Enable', target: `instance ${ID}`, fields: [] },
    ],
    [
      { type: 'enable', id: ID, enabled: false },
      { action: 'Disable', target: `instance ${ID}`, fields: [] },
    ],
    [
      { type: 'release-tags', id: ID, tags: [], onFailure: 'retry' },
      { action: 'Update', target: `instance ${ID}`, fields: ['tags'] },
    ],
    [
      { type: 'delete-instance', id: ID, reason: 'Deleted' },
      { action: 'Delete', target: `instance ${ID}`, fields: [] },
    ],
    [
      { type: 'write-connection-secret', name: 's', data: { b: '1', a: '2' }, exists: true },
      { action: 'Update', target: 'Secret "s"', fields: ['a', 'b'] },
    ],
    [
      { type: 'write-connection-secret', name: 's', data: {}, exists: false },
      { action: 'Create', target: 'Secret "s"', fields: [] },
    ],
    [
      { type: 'release-connection-secret', name: 's' },
      { action: 'Update', target: 'Secret "s"', fields: ['metadata.ownerReferences'] },
    ],
    [
      { type: 'delete-connection-secret', name: 's' },
      { action: 'Delete', target: 'Secret "s"', fields: [] },
    ],
  ])('names what is changed, and no value: %#', (action, expected) => {
    expect(plannedChange(action)).toEqual(expected);
  });
});

describe('the last line of a plan', () => {
  const blocked = (change: Partial<Extract<Result, { kind: 'blocked' }>> = {}) =>
    ({
      kind: 'blocked',
      condition: 'Authorized',
      reason: 'AuthorizationRequired',
      message: 'Open the page.',
      retry: { kind: 'on-change' },
      ...change,
    }) as const;

  it('asks for a new code or token where the spec names a Secret for it', () => {
    expect(blockedChange(settledInput(), blocked())).toEqual({
      action: 'Reauthorize',
      target: `instance ${ID}`,
      fields: [],
      needs:
        'A new authorization code in Secret "crm-code" with key "code" (spec.oauth.authorizationCodeSecretRef).',
    });
    const oauth = { authorizationCodeSecretRef: undefined, refreshTokenSecretRef: { name: 'crm-token' } };
    expect(blockedChange(settledInput({ connector: { oauth } }), blocked()).needs).toBe(
      'A new refresh token in Secret "crm-token" with key "refresh_token" (spec.oauth.refreshTokenSecretRef).',
    );
  });

  it('asks for a consent where a page offers it, or nothing else is named', () => {
    const oauth = { authorizationCodeSecretRef: undefined };
    const none = input({ connector: connector({ oauth }) });
    const page = input({ connector: connector({ oauth }), settings: { ownCallbackUrl: CALLBACK } });
    expect([blockedChange(none, blocked()).needs, blockedChange(page, blocked()).needs]).toEqual([
      'OAuth consent of a user.',
      'OAuth consent of a user.',
    ]);
  });

  it('names what is missing otherwise', () => {
    const missing = blocked({
      condition: 'SecretsResolved',
      reason: 'SecretNotFound',
      message: 'Not found.',
    });
    expect(blockedChange(settledInput(), missing)).toEqual({
      action: 'Update',
      target: `instance ${ID}`,
      fields: [],
      needs: 'Not found.',
    });
    expect(blockedChange(input(), missing)).toMatchObject({
      action: 'Create',
      target: 'instance of infusionsoftcrm',
    });
    expect(blockedChange(settledInput({ instances: [], gone: [ID] }), missing)).toMatchObject({
      action: 'Create',
    });
  });
});
