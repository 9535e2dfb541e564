import { requestOf } from '../../api/annotations.ts';
import type { Grant } from '../../openconnectors/port.ts';
import {
  type Credential,
  isCurrent,
  isUnreadable,
  type WriteAheadRecord,
} from '../../ownership/write-ahead-record.ts';
import { blocked, type Action } from '../action.ts';
import type { ConnectorInput } from '../input.ts';
import { type Due, dueReason, dueSentence } from '../observe/authorization-need.ts';
import { createdInstances } from '../observe/instances.ts';
import {
  createdBy,
  isSettled,
  mayBeOf,
  recordOf,
  type Sendability,
  searchedAt,
  sendability,
  sentAt,
  settlesAt,
} from '../observe/record-outcome.ts';
import {
  confirmAbsence,
  type GrantUse,
  inputsOf,
  lastingUses,
  obtain,
  textOf,
} from '../observe/secret-uses.ts';
import { secretValue } from '../observe/secret-value.ts';
import { awaitConsent, grantUse } from './consent.ts';
import { callbackUrlOf, instanceBody } from './desired-instance.ts';

/**
 * What a grant is for: a code that was sent for one OAuth client proves nothing about another. Part of the announcement,
 * so that a restart can tell whether a working instance is the result of it.
 */
function clientFingerprint(world: ConnectorInput): string | undefined {
  const found = secretValue(world, inputsOf(world).clientId);
  return found.state === 'value' ? found.fingerprint : undefined;
}

/** Whether the instance was authorized with another `client_id` than the resource names now. */
export function clientChanged(world: ConnectorInput): boolean {
  const found = secretValue(world, inputsOf(world).clientId);
  if (world.done.authorized || found.state !== 'value' || found.changed !== true) {
    return false;
  }
  const record = recordOf(world);
  const wasOut =
    record !== undefined &&
    record.unprocessed === undefined &&
    record.digest !== world.memory.refused?.digest;
  const carriedOver = wasOut && record.client === found.fingerprint && world.done.ping !== undefined;
  return !carriedOver || world.done.ping === 'refused';
}

/**
 * Whether the annotation `reauthorize-at` asks for a new grant. Only a grant that was accepted answers it: that the
 * instance works proves nothing, as it works with the old one too.
 */
export function reauthorizationRequested(world: ConnectorInput): boolean {
  const { connector, memory, done: pass } = world;
  const requested = requestOf(connector, 'reauthorizeAt', connector.status?.lastHandledReauthorizeAt);
  const record = recordOf(world);
  // The status write after an accepted grant may have failed, so that status does not show it yet.
  const accepted =
    record !== undefined && memory.accepted === record.digest ? record.reauthorizeAt : undefined;
  return !pass.authorized && requested !== undefined && requested !== accepted;
}

/** The next step towards a working grant. `undefined` never: a grant is due. */
export function authorize(world: ConnectorInput, due: Due): Action {
  return (
    obtain(world, lastingUses(world), true) ??
    callbackMissing(world) ??
    settleDoubt(world, due) ??
    awaitConsent(world, due) ??
    noGrantNamed(world, due) ??
    obtainGrant(world, due) ??
    send(world, due)
  );
}

/**
 * A create whose outcome is unknown is searched for before anything else is tried: at once, after the lag of listings,
 * and when no request can be under way any more.
 */
export function settleDoubt(world: ConnectorInput, due: Due): Action | undefined {
  const record = recordOf(world);
  if (due.why !== 'create' || record === undefined || isSettled(world, record) || isFound(world, record)) {
    return undefined;
  }
  const settles = settlesAt(world, record);
  const searched = searchedAt(world);
  if (searched >= settles) {
    return { type: 'write-record', record: { kind: 'absent', record, at: searched } };
  }
  const times = [...searchTimes(world, record), settles].filter((time) => time > searched);
  const next = Math.min(...times);
  if (world.now >= next) {
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
function isFound(world: ConnectorInput, record: WriteAheadRecord): boolean {
  const recorded = world.connector.status?.instance?.id;
  return (
    world.done.deleted.length > 0 ||
    createdInstances(world).some((instance) => instance.id !== recorded && mayBeOf(record, instance))
  );
}

/** When to search before the outcome can be certain: most instances are there then. */
function searchTimes(world: ConnectorInput, record: WriteAheadRecord): number[] {
  const { ambiguous } = world.memory;
  const doubted = ambiguous?.digest === record.digest ? ambiguous.at : sentAt(world, record.at);
  return [doubted, doubted + world.settings.searchGraceMs];
}

function callbackMissing(world: ConnectorInput): Action | undefined {
  return callbackUrlOf(world) === undefined
    ? blocked(
        'Ready',
        'InvalidSpec',
        'spec.oauth.callbackUrl is not set and the operator has no public address (EXTERNAL_URL). Set it to the callback URL that is registered for the OAuth app at Keap.',
      )
    : undefined;
}

function noGrantNamed(world: ConnectorInput, due: Due): Action | undefined {
  if (grantUse(world) !== undefined) {
    return undefined;
  }
  return blocked('Authorized', dueReason(world, due), `${dueSentence(world, due)} ${howToSupply(world)}`);
}

function obtainGrant(world: ConnectorInput, due: Due): Action | undefined {
  const use = grantUse(world);
  if (use === undefined) {
    return undefined;
  }
  const found = secretValue(world, use);
  if (found.state !== 'absent' && found.state !== 'key-missing') {
    return obtain(world, [use], true);
  }
  const doubt = found.state === 'absent' ? confirmAbsence(world, use) : undefined;
  if (doubt !== undefined) {
    return doubt;
  }
  return blocked(
    'Authorized',
    dueReason(world, due),
    `${dueSentence(world, due)} ${use.kind === 'code' ? `Run ${pluginCommand(world)}, which leads through it; or ${howToObtain(world)}, then store it` : 'Store a refresh token'} under key "${use.key}" of Secret "${use.secretName}", which ${use.field} names and which ${found.state === 'absent' ? 'is not there yet' : 'has no such key yet'}.`,
  );
}

/** The end of the way to a grant: its credential is sent, or may not be. */
function send(world: ConnectorInput, due: Due): Action {
  const use = namedUse(world);
  const credential = credentialOf(world, use);
  const record = recordOf(world);
  if (record !== undefined && isUnreadable(record, credential)) {
    const change = { kind: 'adopt', record, credential, credentialKind: use.kind } as const;
    return { type: 'write-record', record: change };
  }
  const judged = sendability(world, credential);
  switch (judged.kind) {
    case 'new':
      return transmit(world, due, use);
    case 'again':
      return sendAgain(world, due, use, judged);
    case 'spent':
      return spent(world, due, use, isCurrent(record, credential) ? record : undefined);
    case 'full':
      return full(judged);
  }
}

function full({ until }: Extract<Sendability, { kind: 'full' }>): Action {
  return until === undefined
    ? blocked(
        'Authorized',
        'CredentialUsed',
        'Too many refresh tokens were sent to record another one. Create the resource anew.',
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
  world: ConnectorInput,
  due: Due,
  use: GrantUse,
  { notBefore }: Extract<Sendability, { kind: 'again' }>,
): Action {
  if (world.now < notBefore) {
    return blocked(
      'Synced',
      'Throttled',
      'Open Connectors did not process the request. Wait until the operator sends it again.',
      { kind: 'at', time: notBefore },
    );
  }
  return due.why === 'create' && searchedAt(world) < notBefore ? { type: 'search' } : transmit(world, due, use);
}

/** `record`: the record where it is about this credential, whose refusal is remembered. */
function spent(world: ConnectorInput, due: Due, use: GrantUse, record: WriteAheadRecord | undefined): Action {
  const noun = use.kind === 'code' ? 'authorization code' : 'refresh token';
  const place = `key "${use.key}" of Secret "${use.secretName}" (${use.field})`;
  const next = `It is never sent twice. ${use.kind === 'code' ? `Get a new one with ${pluginCommand(world)}, or ${howToObtain(world)}, then store it there.` : 'Store one that was not used before there.'}`;
  const refusal = world.memory.refused;
  if (refusal !== undefined && refusal.digest === record?.digest) {
    return blocked(
      'Authorized',
      'AuthorizationFailed',
      `The ${noun} in ${place} was refused. ${asSentence(refusal.message)} ${next}`,
    );
  }
  const isFirst = due.why === 'create' && due.insteadOf === undefined;
  return isFirst
    ? blocked(
        'Authorized',
        'CredentialUsed',
        `The ${noun} in ${place} was sent before, and no instance came of it. ${next}`,
      )
    : blocked(
        'Authorized',
        dueReason(world, due),
        `${dueSentence(world, due)} The ${noun} in ${place} was used before. ${next}`,
      );
}

function asSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

function transmit(world: ConnectorInput, due: Due, use: GrantUse): Action {
  const { account, connector } = world;
  if (account.state !== 'ready') {
    throw new Error('a credential was about to be sent without an account');
  }
  const { uid, baseUrl, organizationId } = account;
  const record = recordOf(world);
  const draft = {
    kind: use.kind,
    operation: due.why === 'create' ? 'create' : 'reauthorize',
    account: { uid, baseUrl, organizationId },
    client: clientFingerprint(world),
    reauthorizeAt: requestOf(connector, 'reauthorizeAt', connector.status?.lastHandledReauthorizeAt),
    previousCreated: record === undefined ? 'no' : createdBy(world, record),
  } as const;
  const text = textOf(world, use);
  const grant: Grant =
    use.kind === 'code' ? { kind: 'code', code: text } : { kind: 'refresh-token', refreshToken: text };
  const body = instanceBody(world, grant);
  return due.why === 'create'
    ? { type: 'create', body, draft }
    : { type: 'reauthorize', id: due.instance.id, body, draft };
}

function namedUse(world: ConnectorInput): GrantUse {
  const use = grantUse(world);
  if (use === undefined) {
    throw new Error('a credential was judged before it was named');
  }
  return use;
}

/** The credential of a use that has been read. */
function credentialOf(world: ConnectorInput, use: GrantUse): Credential {
  const value = textOf(world, use);
  return { value, fingerprint: world.fingerprint(value) };
}

function pluginCommand({ connector }: ConnectorInput): string {
  return `"kubectl openconnectors authorize ${connector.metadata.name} -n ${connector.metadata.namespace}"`;
}

/** Keap's documentation: "Getting started with OAuth2"; `scope` and `response_type` have one value each. */
function howToObtain(world: ConnectorInput): string {
  const callbackUrl = encodeURIComponent(callbackUrlOf(world) ?? '');
  return `open https://accounts.infusionsoft.com/app/oauth/authorize?response_type=code&scope=full&client_id=<client_id>&redirect_uri=${callbackUrl} in a browser, allow access, and take the "code" from the address that the browser is sent to`;
}

function howToSupply(world: ConnectorInput): string {
  return `Name a Secret (it need not exist yet) in spec.oauth.authorizationCodeSecretRef and run ${pluginCommand(world)}; or ${howToObtain(world)}, and store it in that Secret yourself. With a refresh token at hand, name its Secret in spec.oauth.refreshTokenSecretRef. The callback URL is ${callbackUrlOf(world) ?? 'not set'}.`;
}
