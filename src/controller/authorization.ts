import { requestOf } from '../api/annotations.ts';
import type { Grant } from '../openconnectors/port.ts';
import { type Attempt, nextAttempt, wasSent } from './attempt.ts';
import { callbackUrlOf, instanceBody } from './desired.ts';
import { attemptOf, type Due, dueReason, dueSentence } from './due.ts';
import { awaitConsent, collectGrant, grantUse } from './enrolment.ts';
import { confirmAbsence, inputsOf, lastingUses, obtain, textOf } from './inputs.ts';
import { secretValue } from './secret-values.ts';
import { blocked, type Step } from './step.ts';
import type { World } from './world.ts';

/**
 * What a grant is for: a code that was sent for one OAuth client proves nothing about another. Part of the announcement,
 * so that a restart can tell whether a working instance is the result of it.
 */
function clientFingerprint(world: World): string | undefined {
  const found = secretValue(world, inputsOf(world).clientId);
  return found.state === 'value' ? found.fingerprint : undefined;
}

/** Whether the instance was authorized with another `client_id` than the resource names now. */
export function clientChanged(world: World): boolean {
  const found = secretValue(world, inputsOf(world).clientId);
  if (world.pass.authorized || found.state !== 'value' || found.changed !== true) {
    return false;
  }
  const attempt = attemptOf(world);
  const wasOut =
    attempt !== undefined &&
    ![world.pass.announced, world.memory.unsent, world.memory.refused?.credential].includes(
      attempt.credential,
    );
  const carriedOver = wasOut && attempt.client === found.fingerprint && world.pass.ping !== undefined;
  return !carriedOver || world.pass.ping === 'refused';
}

/**
 * Whether the annotation `reauthorize-at` asks for a new grant. Only a grant that was accepted answers it: that the
 * instance works proves nothing, as it works with the old one too.
 */
export function reauthorizationRequested({ connector, pass }: World): boolean {
  const handled = connector.status?.lastHandledReauthorizeAt;
  return !pass.authorized && requestOf(connector, 'reauthorizeAt', handled) !== undefined;
}

/** The next step towards a working grant. `undefined` never: a grant is due. */
export function authorize(world: World, due: Due): Step {
  return (
    obtain(world, lastingUses(world), true) ??
    callbackMissing(world) ??
    settleDoubt(world, due) ??
    awaitConsent(world, due) ??
    noGrantNamed(world, due) ??
    obtainGrant(world, due) ??
    spent(world, due) ??
    send(world, due)
  );
}

/** An attempt whose outcome is not known yet is searched for, twice, before anything else is tried. */
export function settleDoubt(world: World, due: Due): Step | undefined {
  const attempt = attemptOf(world);
  if (due.why !== 'create' || attempt === undefined || isAnswered(world, attempt)) {
    return undefined;
  }
  const settledAt = settlesAt(world, attempt);
  const searchedAt = world.remote.searchedAt ?? 0;
  if (searchedAt >= settledAt) {
    return undefined;
  }
  const doubtedAt = world.memory.ambiguous?.at ?? Date.parse(attempt.at);
  if (world.now >= settledAt || (searchedAt < doubtedAt && doubtedAt <= world.now)) {
    return { do: 'search' };
  }
  return blocked(
    'Synced',
    'SearchingInstance',
    'The answer to the creation of the instance was lost. The operator searches Open Connectors for its outcome before it goes on; nothing has to be done.',
    { kind: 'at', time: settledAt },
  );
}

/** Whether the outcome of the announced grant is certain: it worked, was refused, was never sent, or is being sent now. */
function isAnswered(world: World, attempt: Attempt): boolean {
  const { memory, pass } = world;
  // Status keeps whole seconds.
  const authorizedAt = Date.parse(world.connector.status?.authorization?.authorizedAt ?? '');
  return (
    authorizedAt >= Math.floor(Date.parse(attempt.at) / 1_000) * 1_000 ||
    pass.authorized ||
    pass.announced === attempt.credential ||
    memory.refused?.credential === attempt.credential ||
    memory.unsent === attempt.credential
  );
}

/** From when on (wall clock) a search that finds nothing proves that nothing was created. */
function settlesAt(world: World, attempt: Attempt): number {
  const { ambiguous } = world.memory;
  const { createDeadlineMs, searchGraceMs } = world.settings;
  // A process that saw the call end knows that the request is no longer under way; after a crash it may still be.
  return ambiguous?.credential === attempt.credential
    ? ambiguous.at + searchGraceMs
    : Date.parse(attempt.at) + createDeadlineMs + searchGraceMs;
}

function callbackMissing(world: World): Step | undefined {
  return callbackUrlOf(world) === undefined
    ? blocked(
        'Ready',
        'InvalidSpec',
        'spec.oauth.callbackUrl is not set and the operator has no public address (EXTERNAL_URL). Set it to the callback URL that is registered for the OAuth app at Keap.',
      )
    : undefined;
}

function noGrantNamed(world: World, due: Due): Step | undefined {
  if (grantUse(world) !== undefined) {
    return undefined;
  }
  return blocked('Authorized', dueReason(world, due), `${dueSentence(world, due)} ${howToSupply(world)}`);
}

function obtainGrant(world: World, due: Due): Step | undefined {
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

function spent(world: World, due: Due): Step | undefined {
  const use = grantUse(world);
  const grant = use && secretValue(world, use);
  const attempt = attemptOf(world);
  if (use === undefined || grant?.state !== 'value' || !wasSent(attempt, grant.fingerprint)) {
    return undefined;
  }
  if (world.pass.announced === grant.fingerprint || world.memory.unsent === grant.fingerprint) {
    return undefined;
  }
  const noun = use.kind === 'code' ? 'authorization code' : 'refresh token';
  const place = `key "${use.key}" of Secret "${use.secretName}" (${use.field})`;
  const next = `It is never sent twice. ${use.kind === 'code' ? `Get a new one with ${pluginCommand(world)}, or ${howToObtain(world)}, then store it there.` : 'Store one that was not used before there.'}`;
  const refusal = world.memory.refused;
  if (refusal?.credential === grant.fingerprint) {
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

function send(world: World, due: Due): Step {
  const grant = readGrant(world);
  if (world.pass.announced !== grant.fingerprint) {
    const attempt = nextAttempt(attemptOf(world), grant.fingerprint, clientFingerprint(world), world.now);
    return { do: 'announce', attempt };
  }
  const collect = collectGrant(world);
  if (collect !== undefined) {
    return collect;
  }
  const body = instanceBody(world, grant.value);
  return due.why === 'create'
    ? { do: 'create', body, credential: grant.fingerprint }
    : { do: 'reauthorize', id: due.instance.id, body, credential: grant.fingerprint };
}

function readGrant(world: World): { readonly value: Grant; readonly fingerprint: string } {
  const use = grantUse(world);
  const found = use && secretValue(world, use);
  if (use === undefined || found?.state !== 'value') {
    throw new Error('a grant was used before it was read');
  }
  const text = textOf(world, use);
  return {
    value: use.kind === 'code' ? { kind: 'code', code: text } : { kind: 'refresh-token', refreshToken: text },
    fingerprint: found.fingerprint,
  };
}

function pluginCommand({ connector }: World): string {
  return `"kubectl openconnectors authorize ${connector.metadata.name} -n ${connector.metadata.namespace}"`;
}

/** Keap's documentation: "Getting started with OAuth2"; `scope` and `response_type` have one value each. */
function howToObtain(world: World): string {
  const callbackUrl = encodeURIComponent(callbackUrlOf(world) ?? '');
  return `open https://accounts.infusionsoft.com/app/oauth/authorize?response_type=code&scope=full&client_id=<client_id>&redirect_uri=${callbackUrl} in a browser, allow access, and take the "code" from the address that the browser is sent to`;
}

function howToSupply(world: World): string {
  return `Name a Secret (it need not exist yet) in spec.oauth.authorizationCodeSecretRef and run ${pluginCommand(world)}; or ${howToObtain(world)}, and store it in that Secret yourself. With a refresh token at hand, name its Secret in spec.oauth.refreshTokenSecretRef. The callback URL is ${callbackUrlOf(world) ?? 'not set'}.`;
}
