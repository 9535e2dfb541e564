import type { InfusionsoftConnector } from '../../api/connector.ts';
import { authorizationCodeSecretNameOf } from '../../api/defaults.ts';
import { CONSENT_SECRET_TYPES } from '../../api/group.ts';
import {
  type AuthorizationResponse,
  CODE_PATTERN,
  providerError,
  responseData,
} from '../../authorization/authorization-response.ts';
import { consentRequestHash } from '../../authorization/consent-request.ts';
import { matchesTokenHash } from '../../authorization/state-token.ts';
import { type ConsentContext, type CurrentConsent, currentConsent } from '../context.ts';
import { CONSENT_COOKIE, dropCookie, RESULT_COOKIE, readCookie, setCookie } from '../http/cookies.ts';
import { RefusedError, readQuery, single } from '../http/request.ts';
import { page, redirect } from '../http/responses.ts';
import type { ConsentOutcome } from '../outcomes.ts';
import { formatResult, readResult, resultPage } from '../pages/result.ts';
import { writeOwned } from '../records.ts';
import { FailedPreconditionError } from '../source.ts';

/** How long the result page can be reloaded, seconds. */
const RESULT_TTL_S = 10 * 60;

/**
 * GET of the callback URL. All checks come before the record is consumed, and the response is stored after that, so that a
 * failure in between requires another consent and never allows a second use.
 */
export async function receive(context: ConsentContext, request: Request): Promise<Response> {
  const query = readQuery(request);
  const response = readResponse(query);
  registerSecrets(context, query);
  const consent = await currentConsent(context, request.headers, request.signal);
  requireState(consent, single(query, 'state') ?? '');
  const connector = await requireUnchanged(context, consent, request.signal);
  if (!(await context.records.consume(consent.target, consent.resourceVersion, request.signal))) {
    throw new RefusedError('refused-used');
  }
  await store(context, connector, { ...response, consent: consent.record.consent }, request.signal);
  return conclude(context, consent, response);
}

/** GET of the result page. Its URL contains nothing of the response, and it can be reloaded. */
export function showResult({ addresses, host }: ConsentContext, { headers }: Request): Response {
  const result = readResult(readCookie(headers, RESULT_COOKIE) ?? '');
  if (result === undefined) {
    throw new RefusedError('refused-cookie');
  }
  return page(200, resultPage(host, addresses.start(result), result));
}

type ProviderResponse = { readonly kind: 'code'; readonly code: string } | Omit<ErrorResponse, 'consent'>;
type ErrorResponse = Extract<AuthorizationResponse, { kind: 'error' }>;

/** Either a code or an error (RFC 6749, 4.1.2), each parameter once. The error description is ignored. */
function readResponse(query: URLSearchParams): ProviderResponse {
  const [code, error, state] = ['code', 'error', 'state'].map((name) => single(query, name));
  if (!state || (code === undefined) === (error === undefined)) {
    throw new RefusedError('refused-malformed');
  }
  if (code === undefined) {
    return { kind: 'error', error: providerError(error ?? '') };
  }
  if (!CODE_PATTERN.test(code)) {
    throw new RefusedError('refused-malformed');
  }
  return { kind: 'code', code };
}

function requireState({ record }: CurrentConsent, state: string): void {
  if (!matchesTokenHash(record.state, state)) {
    throw new RefusedError('refused-state');
  }
}

/** The resource, if it has the uid and the consent request of the record. */
async function requireUnchanged(
  { source, records }: ConsentContext,
  { target, record, resourceVersion }: CurrentConsent,
  signal: AbortSignal,
): Promise<InfusionsoftConnector> {
  const connector = await source.connector(target, signal);
  if (connector?.metadata.uid !== record.uid) {
    throw new RefusedError('refused-gone');
  }
  try {
    const { request } = await source.consentFor(connector, signal);
    if (consentRequestHash(request) === record.consent) {
      return connector;
    }
  } catch (error) {
    if (!(error instanceof FailedPreconditionError)) {
      throw error;
    }
  }
  await records.consume(target, resourceVersion, signal);
  throw new RefusedError('refused-changed');
}

async function store(
  { secrets }: ConsentContext,
  owner: InfusionsoftConnector,
  response: AuthorizationResponse,
  signal: AbortSignal,
): Promise<void> {
  const name = authorizationCodeSecretNameOf(owner);
  await writeOwned(
    secrets,
    { owner, name, type: CONSENT_SECRET_TYPES.grant, data: responseData(response) },
    signal,
  );
}

function conclude(
  { addresses, auditLog }: ConsentContext,
  consent: CurrentConsent,
  response: ProviderResponse,
): Response {
  const { target, record } = consent;
  auditLog.progress(outcomeOf(response), target);
  const { server, apiHost } = record.facts;
  const result = formatResult({
    outcome: response.kind === 'code' ? 'granted' : response.error,
    ...target,
    ...(server !== undefined && { server }),
    apiHost,
  });
  return redirect(addresses.result, [
    dropCookie(CONSENT_COOKIE),
    setCookie(RESULT_COOKIE, result, RESULT_TTL_S),
  ]);
}

function outcomeOf(response: ProviderResponse): ConsentOutcome {
  if (response.kind === 'code') {
    return 'granted';
  }
  return response.error === 'access_denied' ? 'denied' : 'failed';
}

function registerSecrets({ register }: ConsentContext, query: URLSearchParams): void {
  for (const name of ['code', 'state']) {
    register(query.get(name) ?? '');
  }
}
