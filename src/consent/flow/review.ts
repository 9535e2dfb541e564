import { sameHash } from '../../authorization/one-time-code.ts';
import { formatName, type NamespacedName } from '../connector-name.ts';
import { type ConsentContext, type CurrentConsent, currentConsent } from '../context.ts';
import { proofOf } from '../http/cookies.ts';
import { RefusedError, readQuery, single } from '../http/request.ts';
import { page, redirect } from '../http/responses.ts';
import { reviewPage } from '../pages/review.ts';

/** GET of the page that says whose data goes where. */
export async function showReview(
  context: ConsentContext,
  target: NamespacedName,
  request: Request,
): Promise<Response> {
  const consent = await consentFor(context, target, request);
  const { facts, authorizeUrl, expiresAt } = consent.record;
  const leave = `${context.addresses.leave(target)}?confirm=${leaveProof(consent)}`;
  return page(
    200,
    reviewPage({
      host: context.host,
      target,
      clusterId: context.clusterId,
      facts,
      providerHost: new URL(authorizeUrl).host,
      leave,
      expiresAt,
    }),
  );
}

/**
 * GET of the way out. A link and not a form, as browsers hold a form's whole chain of redirects against `form-action`,
 * and where the provider sends a person for signing in is not ours to know. The proof comes from the page before, so that
 * nobody is led past it.
 */
export async function leave(
  context: ConsentContext,
  target: NamespacedName,
  request: Request,
): Promise<Response> {
  const proof = single(readQuery(request), 'confirm') ?? '';
  const consent = await consentFor(context, target, request);
  if (!sameHash(Buffer.from(leaveProof(consent)), Buffer.from(proof))) {
    throw new RefusedError('refused-form');
  }
  return redirect(consent.record.authorizeUrl);
}

async function consentFor(
  context: ConsentContext,
  target: NamespacedName,
  { headers, signal }: Request,
): Promise<CurrentConsent> {
  const consent = await currentConsent(context, headers, signal);
  if (formatName(consent.target) !== formatName(target)) {
    throw new RefusedError('refused-cookie');
  }
  return consent;
}

function leaveProof({ cookie, record }: CurrentConsent): string {
  return proofOf(cookie, `leave ${record.state}`);
}
