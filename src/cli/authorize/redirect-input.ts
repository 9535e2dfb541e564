import type { InfusionsoftConnector } from '../../api/connector.ts';
import { consentRequestHash } from '../../authorization/consent-request.ts';
import { sameHash } from '../../authorization/one-time-code.ts';
import { newToken, tokenHash } from '../../authorization/state-token.ts';
import { authorizeUrl } from '../../provider/authorize-url.ts';
import { authorizeCommand } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';
import { type PendingConsent, readConsentRequest, serverOf } from './consent-request.ts';
import { renderNotice, renderPrompt, renderSteps } from './notice.ts';
import { findPending, keepPending } from './pending.ts';
import { type Expected, type Redirected, readRedirected, UNUSABLE } from './redirected-address.ts';
import { callbackUrlFor, pendingKeyOf, type Session } from './session.ts';

/** What the provider said, and to which subject: the `subjectHash` of what was shown to the person. */
export interface RedirectInput {
  readonly said: Exclude<Redirected, { kind: 'unusable' }>;
  /** Of the connector. */
  readonly uid: string;
  readonly subject: string;
}

/** Begins a consent and asks for its answer on standard input. Throws `CliError`. */
export async function askPerson(session: Session, connector: InfusionsoftConnector): Promise<RedirectInput> {
  const { context, cluster, options } = session;
  const { output, input } = context;
  const state = newToken(context.random);
  const wish = await requestOf(session, connector);
  const url = authorizeUrl({ ...wish.subject, state }, options.authorizeUrl);
  const lines = [
    ...renderNotice({ connector, cluster: cluster.label, ...wish }),
    ...renderSteps(wish.subject, url),
    url,
    ...renderPrompt(wish.subject, input.isTerminal),
  ];
  for (const line of lines) {
    output.say(line);
  }
  // The address above has to carry it; nothing else may.
  output.keepSecret(state);
  const hash = tokenHash(state);
  const said = await readRedirect(session, {
    ...wish.subject,
    isOurState: (text) => sameHash(hash, tokenHash(text)),
  });
  const subject = consentRequestHash(wish.subject);
  return said === undefined
    ? await leaveForLater(session, connector, { state, subject })
    : { said, uid: connector.metadata.uid, subject };
}

/** The answer to a consent that an earlier run began. Throws `CliError`. */
export async function resume(
  session: Session,
  connector: InfusionsoftConnector,
  redirectedUrl: string,
): Promise<RedirectInput> {
  const pending = await findPending(session.context, pendingKeyOf(session, connector));
  if (pending === undefined) {
    throw new CliError('person', 'No consent for this connector was begun here in the last 15 minutes.', [
      `Begin one: ${authorizeCommand(connector)}`,
    ]);
  }
  const said = readRedirected(redirectedUrl, {
    callbackUrl: callbackUrlFor(session, connector),
    server: serverOf(connector.spec),
    isOurState: pending.isOurState,
  });
  if (said.kind === 'unusable') {
    throw new CliError('usage', `--redirected-url: ${UNUSABLE[said.why]}`);
  }
  await pending.forget();
  return { said, uid: connector.metadata.uid, subject: pending.subject };
}

/** Throws `CliError` where the connector asks for something else by now than what was agreed to. */
export async function requireUnchanged(
  session: Session,
  connector: InfusionsoftConnector,
  { subject, uid }: RedirectInput,
): Promise<void> {
  const wish = await requestOf(session, connector);
  if (connector.metadata.uid !== uid || consentRequestHash(wish.subject) !== subject) {
    throw new CliError(
      'person',
      'The connector was changed while access was being allowed: it asks for something else now than what was agreed to. The code is not used.',
      [`Look at the connector, and begin again: ${authorizeCommand(connector)}`],
    );
  }
}

async function requestOf(session: Session, connector: InfusionsoftConnector): Promise<PendingConsent> {
  const callbackUrl = callbackUrlFor(session, connector);
  return await readConsentRequest(session.cluster.resources, connector, callbackUrl);
}

/** The first line that is an answer; `undefined`: standard input ended before. */
async function readRedirect(
  { context }: Session,
  expected: Expected,
): Promise<RedirectInput['said'] | undefined> {
  for await (const line of context.input.lines()) {
    if (line.trim() === '') {
      continue;
    }
    const said = readRedirected(line, expected);
    if (said.kind !== 'unusable') {
      return said;
    }
    context.output.complain(UNUSABLE[said.why]);
    context.output.complain('Paste the address again, or press Ctrl-C:');
  }
  return undefined;
}

async function leaveForLater(
  session: Session,
  connector: InfusionsoftConnector,
  begun: { readonly state: string; readonly subject: string },
): Promise<never> {
  await keepPending(session.context, pendingKeyOf(session, connector), begun);
  throw new CliError('person', 'No address was given. The consent can be finished within 15 minutes.', [
    "Run the same command again, with: --redirected-url '<the address that the browser was sent to>'",
  ]);
}
