import { requestOf } from '../../../api/annotations.ts';
import type { Grant } from '../../../openconnectors/port.ts';
import type { Credential, WriteAheadRecord } from '../../../ownership/write-ahead-record.ts';
import { quote } from '../../../reconciler/quote.ts';
import { sameKey } from '../../../secrets/fingerprint.ts';
import { type Action, blocked } from '../../action.ts';
import { deletedInstances, isAuthorized, pingAnswer } from '../../action-log.ts';
import type { GrantUse, RecordMatch } from '../../connector-secrets.ts';
import type { ConnectorInput } from '../../input.ts';
import { type Due, dueReason, dueSentence } from '../../observe/authorization-need.ts';
import { heldIdsOf } from '../../observe/held-instances.ts';
import {
  createdBy,
  doubtedAt,
  isAcceptedHere,
  isOutcomeOf,
  isSettled,
  type Sendability,
  searchedAt,
  sendability,
  sentAt,
  settlesAt,
} from '../../observe/record-outcome.ts';
import { instanceBody } from '../desired-instance.ts';
import { confirmAbsence, lastingInputs, obtain } from '../obtain-secrets.ts';
import { awaitConsent, LONGEST_REFUSAL } from './consent.ts';
import { refuseLegacyGrant } from './legacy-api-end.ts';

/**
 * The OAuth client of a grant: a code that was sent for one client proves nothing about another. Part of the record, so
 * that after a restart a working instance can be attributed to it.
 */
function clientFingerprint(input: ConnectorInput): string | undefined {
  const found = input.secrets.clientId.value;
  return found.state === 'value' ? found.fingerprint : undefined;
}

/** Whether the instance was authorized with another `client_id` than the resource names now. */
export function clientChanged(input: ConnectorInput): boolean {
  const found = input.secrets.clientId.value;
  const { record } = input;
  const wasOut =
    record !== undefined &&
    record.unprocessed === undefined &&
    record.digest !== input.memory.refused?.digest;
  // A grant that did not reach the instance, or may not have, leaves it with the client before, which no record names any more.
  const isClientLost =
    record?.operation === 'reauthorize' &&
    !(record.changesClient ? wasOut && isInUse(input, record) : wasOut);
  if (
    isAuthorized(input.log) ||
    found.state !== 'value' ||
    !(isClientLost ? (found.changed ?? true) : differs(found, record?.client))
  ) {
    return false;
  }
  const isTaken = wasOut && record.client === found.fingerprint && isInUse(input, record);
  return !isTaken || ['refused', 'client-refused'].includes(pingAnswer(input.log) ?? '');
}

/**
 * Whether the instance got the grant of a record. That an existing one works proves nothing: it may be the old grant, and
 * the secret of the new client would break it. A new instance has no other grant.
 */
function isInUse(input: ConnectorInput, record: WriteAheadRecord): boolean {
  return record.operation === 'reauthorize'
    ? isAcceptedHere(input, record)
    : pingAnswer(input.log) !== undefined;
}

/** Before status was written once, only the record has the client that a credential was sent for. */
function differs(
  { changed, fingerprint }: { readonly changed: boolean | undefined; readonly fingerprint: string },
  sentFor: string | undefined,
): boolean {
  return changed ?? (sentFor !== undefined && sameKey(sentFor, fingerprint) && sentFor !== fingerprint);
}

/**
 * Whether the annotation `reauthorize-at` asks for a new grant. Only a grant that was accepted answers it: that the
 * instance works proves nothing, as it works with the old one too.
 */
export function reauthorizationRequested(input: ConnectorInput): boolean {
  const { connector, record, log } = input;
  const requested = requestOf(connector, 'reauthorizeAt', connector.status?.lastHandledReauthorizeAt);
  // The status write after an accepted grant may have failed, so that status does not show it yet.
  const accepted = record !== undefined && isAcceptedHere(input, record) ? record.reauthorizeAt : undefined;
  return !isAuthorized(log) && requested !== undefined && requested !== accepted;
}

/** The next action toward a working grant. */
export function authorize(input: ConnectorInput, due: Due): Action {
  return (
    obtain(input, lastingInputs(input), true) ??
    callbackMissing(input) ??
    settleDoubt(input, due) ??
    refuseLegacyGrant(input) ??
    awaitConsent(input, due) ??
    obtainGrant(input, due) ??
    send(input, due)
  );
}

/**
 * A create whose outcome is unknown is searched for before anything else: immediately, after the lag of listings,
 * and when no request can be under way any more.
 */
export function settleDoubt(input: ConnectorInput, due: Due): Action | undefined {
  const { record } = input;
  if (due.why !== 'create' || record === undefined || isSettled(input, record) || isFound(input, record)) {
    return undefined;
  }
  const settles = settlesAt(input, record);
  const searched = searchedAt(input);
  if (searched >= settles) {
    return { type: 'write-record', record: { kind: 'absent', record, at: searched } };
  }
  const times = [...searchTimes(input, record), settles].filter((time) => time > searched);
  const next = Math.min(...times);
  if (input.now >= next) {
    return { type: 'search' };
  }
  return blocked(
    'Synced',
    'SearchingInstance',
    'The create call was sent and its outcome is unknown. Wait while the operator searches for the instance.',
    { kind: 'at', time: next },
  );
}

/** Whether the instance of the record is known, or was known before it was deleted in this reconcile. */
function isFound(input: ConnectorInput, record: WriteAheadRecord): boolean {
  const held = heldIdsOf(input.connector);
  return (
    deletedInstances(input.log).length > 0 ||
    input.instances.created.some(
      (instance) => !held.includes(instance.id) && isOutcomeOf(input, record, instance),
    )
  );
}

/** When to search before the outcome can be certain: most instances are there then. */
function searchTimes(input: ConnectorInput, record: WriteAheadRecord): number[] {
  const doubted = doubtedAt(input, record) ?? sentAt(input, record.at);
  return [doubted, doubted + input.settings.searchGraceMs];
}

function callbackMissing(input: ConnectorInput): Action | undefined {
  return input.callbackUrl === undefined
    ? blocked(
        'Ready',
        'InvalidSpec',
        'spec.oauth.callbackUrl is not set and the operator has no EXTERNAL_URL. Set it to the callback URL of the OAuth app at Keap.',
      )
    : undefined;
}

function obtainGrant(input: ConnectorInput, due: Due): Action | undefined {
  const { grant } = input.secrets;
  if (grant === undefined) {
    return blocked(
      'Authorized',
      dueReason(input, due),
      `${dueSentence(input, due)} ${authorizeCommand(input)}`,
    );
  }
  const { use, value: found } = grant;
  if (found.state !== 'absent' && found.state !== 'key-missing') {
    return obtain(input, [grant], true);
  }
  const doubt = found.state === 'absent' ? confirmAbsence(grant) : undefined;
  if (doubt !== undefined) {
    return doubt;
  }
  return blocked(
    'Authorized',
    dueReason(input, due),
    `${dueSentence(input, due)} ${use.kind === 'code' ? authorizeCommand(input) : `Store a refresh token in Secret "${use.secretName}" with key "${use.key}" (${use.field}).`}`,
  );
}

/** The end of the way to a grant: its credential is sent, or may not be. */
function send(input: ConnectorInput, due: Due): Action {
  const grant = readGrant(input);
  const { use, credential, match } = grant;
  const { record } = input;
  if (record !== undefined && match.isUnreadable) {
    const change = { kind: 'adopt', record, credential, credentialKind: use.kind } as const;
    return { type: 'write-record', record: change };
  }
  const judged = sendability(input, match);
  switch (judged.kind) {
    case 'new':
      return transmit(input, due, grant);
    case 'again':
      return sendAgain(input, due, grant, judged);
    case 'spent':
      return spent(input, due, use, match.isCurrent ? record : undefined);
    case 'full':
      return full(judged);
  }
}

function full({ until }: Extract<Sendability, { kind: 'full' }>): Action {
  return until === undefined
    ? blocked(
        'Authorized',
        'CredentialUsed',
        'Too many refresh tokens were sent for this resource to record another one. Delete the resource and create it again.',
      )
    : blocked(
        'Authorized',
        'CredentialUsed',
        'Too many authorization codes were sent within a day to record another one. Wait until tomorrow.',
        { kind: 'at', time: until },
      );
}

/** The latest send provably was not processed. For a create a search has to confirm that nothing was created. */
function sendAgain(
  input: ConnectorInput,
  due: Due,
  grant: ReadGrant,
  { notBefore }: Extract<Sendability, { kind: 'again' }>,
): Action {
  if (input.now < notBefore) {
    return blocked(
      'Synced',
      'Throttled',
      'Open Connectors did not process the request. Wait until the operator sends it again.',
      { kind: 'at', time: notBefore },
    );
  }
  return due.why === 'create' && searchedAt(input) < notBefore
    ? { type: 'search' }
    : transmit(input, due, grant);
}

/** `record`: the record where it is about this credential, whose refusal is remembered. */
function spent(input: ConnectorInput, due: Due, use: GrantUse, record: WriteAheadRecord | undefined): Action {
  const noun = use.kind === 'code' ? 'code' : 'refresh token';
  const credential = use.kind === 'code' ? 'authorization code' : noun;
  const refusal = input.memory.refused;
  if (refusal !== undefined && refusal.digest === record?.digest) {
    return blocked(
      'Authorized',
      'AuthorizationFailed',
      `The ${credential} in Secret "${use.secretName}" failed: ${quote(refusal.message, LONGEST_REFUSAL)}. Provide a new ${noun}.`,
    );
  }
  if (due.why === 'revoked' && use.kind === 'refresh-token' && record?.operation === 'reauthorize') {
    // Documented for an existing instance is a code alone: another refresh token may have no effect either.
    return blocked(
      'Authorized',
      dueReason(input, due),
      `The refresh token did not restore the authorization of instance ${due.instance.id}. ${authorizeCommand(input)}`,
    );
  }
  const isFirst = due.why === 'create' && due.insteadOf === undefined;
  return isFirst
    ? blocked(
        'Authorized',
        'CredentialUsed',
        `${spentFact(input, use, record)} Provide a new ${noun} in Secret "${use.secretName}".`,
      )
    : blocked(
        'Authorized',
        dueReason(input, due),
        `${dueSentence(input, due)} Provide a new ${noun} in Secret "${use.secretName}".`,
      );
}

/** What happened to a credential that is not sent again, as a sentence. */
function spentFact(input: ConnectorInput, use: GrantUse, record: WriteAheadRecord | undefined): string {
  const credential = use.kind === 'code' ? 'authorization code' : 'refresh token';
  switch (record && createdBy(input, record)) {
    case 'unknown':
      return `The ${credential} was sent and the outcome is unknown.`;
    case 'no':
      return `The ${credential} was sent and Open Connectors did not process it.`;
    case 'one':
    case undefined:
      return `The ${credential} was already used.`;
  }
}

function transmit(input: ConnectorInput, due: Due, { use, credential }: ReadGrant): Action {
  const { account, connector, record } = input;
  if (account.state !== 'ready') {
    throw new Error('a credential was about to be sent without an account');
  }
  const { uid, baseUrl, organizationId } = account;
  const draft = {
    kind: use.kind,
    operation: due.why === 'create' ? 'create' : 'reauthorize',
    account: { uid, baseUrl, organizationId },
    client: clientFingerprint(input),
    ...(due.why !== 'create' && clientChanged(input) && { changesClient: true as const }),
    reauthorizeAt: requestOf(connector, 'reauthorizeAt', connector.status?.lastHandledReauthorizeAt),
    previousCreated: record === undefined ? 'no' : createdBy(input, record),
  } as const;
  const grant: Grant =
    use.kind === 'code'
      ? { kind: 'code', code: credential.value }
      : { kind: 'refresh-token', refreshToken: credential.value };
  const body = instanceBody(input, grant);
  return due.why === 'create'
    ? { type: 'create', body, draft }
    : { type: 'reauthorize', id: due.instance.id, body, draft };
}

/** The grant after `obtainGrant`. */
interface ReadGrant {
  readonly use: GrantUse;
  readonly credential: Credential;
  readonly match: RecordMatch;
}

function readGrant({ secrets: { grant } }: ConnectorInput): ReadGrant {
  if (grant?.match === undefined || grant.value.state !== 'value') {
    throw new Error('a credential is judged before it was read');
  }
  const { value, fingerprint } = grant.value;
  return { use: grant.use, credential: { value, fingerprint }, match: grant.match };
}

/** The command ends the text without a full stop, so that it can be copied as it is. */
function authorizeCommand({ connector }: ConnectorInput): string {
  const { name, namespace } = connector.metadata;
  return `Run: kubectl openconnectors authorize ${name} -n ${namespace}`;
}
