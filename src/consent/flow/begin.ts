import type { InfusionsoftConnector } from '../../api/connector.ts';
import { oneTimeCodeSecretNameOf } from '../../api/defaults.ts';
import { consentRequestHash } from '../../authorization/consent-request.ts';
import { oneTimeCodeHash, sameHash } from '../../authorization/one-time-code.ts';
import { checkedProviderUrl } from '../../authorization/provider-url.ts';
import { CONSENT_TTL_MS, newToken, tokenHash } from '../../authorization/state-token.ts';
import { formatName, type NamespacedName } from '../connector-name.ts';
import { BusyError, type ConsentContext, isCurrentCode } from '../context.ts';
import {
  CONSENT_COOKIE,
  FORM_COOKIE,
  formatConsentCookie,
  proofOf,
  readFormCookie,
  setCookie,
} from '../http/cookies.ts';
import { RefusedError, readForm, requireSameOrigin, single } from '../http/request.ts';
import { page, redirect } from '../http/responses.ts';
import { type StartPage, startPage } from '../pages/start.ts';

/** How long a form is valid, seconds. */
const FORM_TTL_S = 12 * 60 * 60;

/** GET of the start page: the form for the code, whether or not the connector exists. */
export function showStart(context: ConsentContext, target: NamespacedName, request: Request): Response {
  return form(context, target, request, 200, undefined);
}

/** POST of the code. Throws `RefusedError`, `BusyError`, `FailedPreconditionError`, `KubeError` and `RemoteError`. */
export async function begin(
  context: ConsentContext,
  target: NamespacedName,
  request: Request,
): Promise<Response> {
  requireSameOrigin(request, context.addresses.origin);
  const fields = await readForm(request);
  const code = single(fields, 'code') ?? '';
  requireOwnForm(request, target, single(fields, 'form') ?? '');
  context.register(code.trim());
  const connector = await connectorFor(context, target, code, request.signal);
  if (connector === 'missing' || connector === 'busy') {
    context.auditLog.refusal('wrong-code');
    const problem = connector === 'busy' ? 'too-many' : 'wrong';
    return form(context, target, request, connector === 'busy' ? 429 : 400, problem);
  }
  if (!context.startLimiter.take(formatName(target))) {
    throw new BusyError();
  }
  return await start(context, target, connector, request.signal);
}

/** The resource, if `code` is its code. A request with a wrong code causes few calls. */
async function connectorFor(
  context: ConsentContext,
  target: NamespacedName,
  code: string,
  signal: AbortSignal,
): Promise<InfusionsoftConnector | 'missing' | 'busy'> {
  const { codes, source } = context;
  if (!source.isServed(target)) {
    return 'missing';
  }
  const hash = oneTimeCodeHash(code);
  const secretName = oneTimeCodeSecretNameOf({ metadata: target });
  const found = await codes.find(
    target.namespace,
    secretName,
    (digest) => sameHash(digest.hash, hash),
    signal,
  );
  if (found.state !== 'found') {
    return found.state;
  }
  const connector = await source.connector(target, signal);
  return connector !== undefined && (await isCurrentCode(context, connector, code, signal))
    ? connector
    : 'missing';
}

async function start(
  context: ConsentContext,
  target: NamespacedName,
  connector: InfusionsoftConnector,
  signal: AbortSignal,
): Promise<Response> {
  const { addresses, clock, random, records, register, source, auditLog } = context;
  const [state, token] = [newToken(random), newToken(random)];
  const cookie = formatConsentCookie(token, target);
  register(state);
  register(token);
  const { request, facts, authorizeUrl } = await source.consentFor(connector, signal);
  const url = checkedProviderUrl(await authorizeUrl(state, signal), state, request);
  await records.write(
    connector,
    {
      uid: connector.metadata.uid,
      consent: consentRequestHash(request),
      cookie: tokenHash(cookie),
      state: tokenHash(state),
      authorizeUrl: url,
      expiresAt: clock.now() + CONSENT_TTL_MS,
      facts,
    },
    signal,
  );
  auditLog.progress('begun', target);
  return redirect(addresses.review(target), [setCookie(CONSENT_COOKIE, cookie, CONSENT_TTL_MS / 1_000)]);
}

function form(
  { addresses, host, random }: ConsentContext,
  target: NamespacedName,
  { headers }: Request,
  status: number,
  problem: StartPage['problem'],
): Response {
  const cookie = readFormCookie(headers) ?? newToken(random);
  const content = startPage({
    host,
    target,
    action: addresses.start(target),
    proof: formProof(cookie, target),
    problem,
  });
  return page(status, content, [setCookie(FORM_COOKIE, cookie, FORM_TTL_S)]);
}

/** A form is valid only in the browser that it was issued to, so that no other site can submit it. */
function requireOwnForm({ headers }: Request, target: NamespacedName, proof: string): void {
  const cookie = readFormCookie(headers);
  if (cookie === undefined || !sameHash(Buffer.from(formProof(cookie, target)), Buffer.from(proof))) {
    throw new RefusedError('refused-form');
  }
}

function formProof(cookie: string, target: NamespacedName): string {
  return proofOf(cookie, `start ${formatName(target)}`);
}
