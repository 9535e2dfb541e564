import { type Action, blocked } from '../action.ts';
import type { SecretInput, SecretUse, SecretValue } from '../connector-secrets.ts';
import type { ConnectorInput } from '../input.ts';
import { gracePeriodEndsAt } from '../observe/grace-period.ts';

/** The lasting values as a list. */
export function lastingInputs({ secrets }: ConnectorInput): SecretInput[] {
  const { clientId, clientSecret, encryptedKey, signatureKey } = secrets;
  return [clientId, clientSecret, encryptedKey, signatureKey].filter((found) => found !== undefined);
}

/** The action before all of `found` can be used: a read, or the report of what is missing. With `values`, none may stay unread. */
export function obtain(
  input: ConnectorInput,
  found: readonly SecretInput[],
  values: boolean,
): Action | undefined {
  const missing = found.find(({ value }) => value.state === 'absent');
  if (missing !== undefined) {
    return confirmAbsence(missing) ?? absent(input, missing.use);
  }
  const [name, ...also] = new Set(
    found
      .filter(({ value }) => value.state === 'unread' || (values && value.state === 'same'))
      .map(({ use }) => use.secretName),
  );
  if (name !== undefined) {
    return { type: 'read-secret', name, ...(also.length > 0 && { also }) };
  }
  const bad = found.find(({ value }) => value.state !== 'value' && value.state !== 'same');
  return bad && problem(bad.use, bad.value);
}

/** The cache may lag behind a Secret that was created a moment ago: one read before it is reported missing. */
export function confirmAbsence({ use, value }: SecretInput): Action | undefined {
  const isConfirmed = value.state === 'absent' && value.isConfirmed;
  return isConfirmed ? undefined : { type: 'read-secret', name: use.secretName };
}

/** The text of a value that `obtain` has accepted with `values`. */
export function textOf({ use, value }: SecretInput): string {
  if (value.state !== 'value') {
    throw new Error(`${use.field} was used before it was read`);
  }
  return value.value;
}

function absent(input: ConnectorInput, use: SecretUse): Action {
  const endsAt = gracePeriodEndsAt(input);
  return blocked(
    'SecretsResolved',
    'SecretNotFound',
    `Secret "${use.secretName}" (${use.field}) not found. Create it with key "${use.key}".`,
    input.now < endsAt ? { kind: 'at', time: endsAt } : { kind: 'on-change' },
  );
}

function problem(use: SecretUse, value: SecretValue): Action {
  const secret = `Secret "${use.secretName}"`;
  switch (value.state) {
    case 'key-missing':
      return blocked(
        'SecretsResolved',
        'SecretKeyMissing',
        `${secret} has no key "${use.key}" (${use.field}). Add it.`,
      );
    case 'invalid':
      return blocked(
        'SecretsResolved',
        'SecretInvalid',
        `Key "${use.key}" of ${secret} (${use.field}) ${value.why}. Store ${use.what} there as one line.`,
      );
    case 'absent':
    case 'unread':
    case 'same':
    case 'value':
      throw new Error(`${use.field} is no problem`);
  }
}
