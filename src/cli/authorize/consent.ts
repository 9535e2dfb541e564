import type { InfusionsoftConnector } from '../../api/connector.ts';
import { consentRequestHash, serverOf } from '../../authorization/consent-request.ts';
import { matchesTokenHash, newToken, tokenHash } from '../../authorization/state-token.ts';
import { authorizeUrl } from '../../provider/authorize-url.ts';
import { authorizeCommand } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';
import { shellWord } from '../input/shell-word.ts';
import { printLines } from '../render/output.ts';
import { type ConsentDetails, readConsentDetails } from './consent-request.ts';
import { renderInstructions, renderNotice, renderPrompt } from './notice.ts';
import { findPending, keepPending } from './pending-consent.ts';
import { type ExpectedRedirect, parseRedirectUrl, REJECTIONS, type RedirectResult } from './redirect-url.ts';
import { callbackUrlFor, pendingKeyOf, type Session } from './session.ts';

/** The authorization response, and what the user consented to. */
export interface Consent {
  readonly response: Exclude<RedirectResult, { kind: 'rejected' }>;
  /** Of the connector. */
  readonly uid: string;
  /** `consentRequestHash` of the request that the user saw. */
  readonly requestHash: string;
}

/** Prints the authorize URL and reads the redirect URL from standard input. Throws `CliError`. */
export async function requestConsent(session: Session, connector: InfusionsoftConnector): Promise<Consent> {
  const { context, cluster, options } = session;
  const { output, input } = context;
  const state = newToken(context.random);
  const details = await detailsOf(session, connector);
  const { request } = details;
  const url = authorizeUrl({ ...request, state }, options.authorizeUrl);
  const lines = [
    ...renderNotice({ connector, cluster: cluster.label, ...details }),
    ...renderInstructions(request, url),
    url,
    ...renderPrompt(request, input.isTerminal),
  ];
  printLines(output.print, lines);
  // The URL above has to show the state; later lines must not.
  output.redact(state);
  const hash = tokenHash(state);
  const response = await readRedirectUrl(session, {
    ...request,
    isOurState: (text) => matchesTokenHash(hash, text),
  });
  const requestHash = consentRequestHash(request);
  return response === undefined
    ? await leavePending(session, connector, { state, requestHash })
    : { response, uid: connector.metadata.uid, requestHash };
}

/** Completes the consent of an earlier run with its redirect URL. Throws `CliError`. */
export async function resumeConsent(
  session: Session,
  connector: InfusionsoftConnector,
  redirectedUrl: string,
): Promise<Consent> {
  const pending = await findPending(session.context, pendingKeyOf(session, connector));
  if (pending === undefined) {
    throw new CliError('userAction', 'No pending consent for this connector in the last 15 minutes.', [
      `Start one with: ${authorizeCommand(connector)}`,
    ]);
  }
  const response = parseRedirectUrl(redirectedUrl, {
    callbackUrl: callbackUrlFor(session, connector),
    server: serverOf(connector.spec),
    isOurState: pending.isOurState,
  });
  if (response.kind === 'rejected') {
    throw new CliError('usage', `--redirected-url: ${REJECTIONS[response.why]}`);
  }
  await pending.forget();
  return { response, uid: connector.metadata.uid, requestHash: pending.requestHash };
}

/** Throws `CliError` where the consent request of the connector differs from the one that the user saw. */
export async function requireSameRequest(
  session: Session,
  connector: InfusionsoftConnector,
  { requestHash, uid }: Consent,
): Promise<void> {
  const { request } = await detailsOf(session, connector);
  if (connector.metadata.uid !== uid || consentRequestHash(request) !== requestHash) {
    throw new CliError(
      'userAction',
      `Connector "${connector.metadata.name}" changed during the consent. The code was not stored.`,
      [`Review the change and start again: ${authorizeCommand(connector)}`],
    );
  }
}

async function detailsOf(session: Session, connector: InfusionsoftConnector): Promise<ConsentDetails> {
  const callbackUrl = callbackUrlFor(session, connector);
  return await readConsentDetails(session.cluster.resources, connector, callbackUrl);
}

/** The first line that is accepted; `undefined`: standard input ended before. */
async function readRedirectUrl(
  { context }: Session,
  expected: ExpectedRedirect,
): Promise<Consent['response'] | undefined> {
  for await (const line of context.input.lines()) {
    if (line.trim() === '') {
      continue;
    }
    const result = parseRedirectUrl(line, expected);
    if (result.kind !== 'rejected') {
      return result;
    }
    context.output.printError(REJECTIONS[result.why]);
    context.output.printError('Paste the URL again, or press Ctrl-C:');
  }
  return undefined;
}

async function leavePending(
  session: Session,
  connector: InfusionsoftConnector,
  started: { readonly state: string; readonly requestHash: string },
): Promise<never> {
  await keepPending(session.context, pendingKeyOf(session, connector), started);
  throw new CliError('userAction', 'No redirect URL given. Complete the consent within 15 minutes:', [
    `  ${authorizeCommand(connector)} --redirected-url ${shellWord('<redirect URL>', session.context.platform)}`,
  ]);
}
