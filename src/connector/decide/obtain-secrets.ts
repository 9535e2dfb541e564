import { type Action, blocked } from '../action.ts';
import type { SecretInput, SecretUse, SecretValue } from '../connector-secrets.ts';
import type { ConnectorInput } from '../input.ts';
import { gracePeriodEndsAt } from '../observe/grace-period.ts';

/** The lasting values as a list. */
export function lastingInputs({ secrets }: ConnectorInput): SecretInput[] {
  const { clientId, clientSecret, encryptedKey } = secrets;
  return encryptedKey === undefined ? [clientId, clientSecret] : [clientId, clientSecret, encryptedKey];
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
  const unread = found.find(({ value }) => value.state === 'unread' || (values && value.state === 'same'));
  if (unread !== undefined) {
    return { type: 'read-secret', name: unread.use.secretName };
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
    `Secret "${use.secretName}", named by ${use.field}, does not exist in this namespace. Create it with key "${use.key}" holding ${use.what}, or correct the name in ${use.field}.`,
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
        `${secret}, named by ${use.field}, has no key "${use.key}" (it has ${keyList(value.keys)}). Store ${use.what} under that key, or name the right key in ${use.field}.`,
      );
    case 'invalid':
      return blocked(
        'SecretsResolved',
        'SecretInvalid',
        `Key "${use.key}" of ${secret}, named by ${use.field}, ${value.why}. Store ${use.what} there, as one line of text.`,
      );
    case 'absent':
    case 'unread':
    case 'same':
    case 'value':
      throw new Error(`${use.field} is no problem`);
  }
}

function keyList(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => `"${key}"`);
  return shown.length === 0 ? 'no keys' : shown.join(', ') + (keys.length > shown.length ? ', ...' : '');
}
