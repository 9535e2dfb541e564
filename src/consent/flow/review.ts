import { sameHash } from '../../authorization/one-time-code.ts';
import { formatName, type NamespacedName } from '../connector-name.ts';
import { type ConsentContext, type CurrentConsent, currentConsent } from '../context.ts';
import { proofOf } from '../http/cookies.ts';
import { RefusedError, readQuery, single } from '../http/request.ts';
import { page, redirect } from '../http/responses.ts';
import { reviewPage } from '../pages/review.ts';

/** GET of the review page. */
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
 * GET of the redirect to the provider. It is a link and not a form, because browsers apply `form-action` to all redirects
 * of a form, and the sign-in hosts of the provider are unknown. The proof from the review page prevents a link that skips
 * that page.
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
