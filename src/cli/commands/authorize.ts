import type { InfusionsoftConnector } from '../../api/connector.ts';
import { haltOf } from '../../authorization/halt.ts';
import { waitUntilReady } from '../authorize/after-consent.ts';
import { blocked, waitUntilConsentRequired } from '../authorize/before-consent.ts';
import { type CodeSecret, codeSecretFor } from '../authorize/code-secret.ts';
import { type Consent, requestConsent, requireSameRequest, resumeConsent } from '../authorize/consent.ts';
import { AUTHORIZE_FLAGS, readOptions } from '../authorize/options.ts';
import { readConnector, type Session } from '../authorize/session.ts';
import { withCluster } from '../cluster/cluster.ts';
import { authorizeCommand } from '../cluster/conditions.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';

/** `authorize NAME`. */
export const authorize: Command = {
  name: 'authorize',
  operands: 'NAME',
  operandCount: { min: 1, max: 1 },
  summary: 'Authorize a connector by an OAuth consent in a browser.',
  description: [
    'Authorize a connector by an OAuth consent in a browser, without a public address of the operator.',
    'Print the consent request and the authorize URL, read the redirect URL, verify it, store its code in the Secret of spec.oauth.authorizationCodeSecretRef, and wait until the connector is Ready. The spec is never changed.',
    'Required permissions: get the connector, its account and the Secret of its OAuth app; create and patch the Secret of the code. Optional: get the Secret of the code, patch the connector.',
  ],
  flags: AUTHORIZE_FLAGS,
  examples: [
    'authorize crm -n sales',
    'authorize crm -n sales --secret crm-code',
    'authorize crm --timeout 90s',
  ],
  async run(args, [name = ''], context) {
    const options = readOptions(args, name);
    if (options.redirectedUrl !== undefined) {
      context.output.redact(options.redirectedUrl);
    }
    return await withCluster(args, context, (cluster) => authorizeConnector({ context, cluster, options }));
  },
};

async function authorizeConnector(session: Session): Promise<CliExit> {
  const { redirectedUrl } = session.options;
  const found = await readConnector(session);
  if (haltOf(found) !== undefined) {
    throw blocked(found);
  }
  // Fails before the consent where no Secret can receive its code.
  codeSecretFor(found, session.options);
  const connector = await waitUntilConsentRequired(session, found);
  if (connector === undefined) {
    return 'ok';
  }
  const consent =
    redirectedUrl === undefined
      ? await requestConsent(session, connector)
      : await resumeConsent(session, connector, redirectedUrl);
  const code = codeOf(consent, connector, session);
  const current = await readConnector(session);
  await requireSameRequest(session, current, consent);
  const target = codeSecretFor(current, session.options);
  await storeCode(session, target, code);
  return await waitUntilReady(session, target, current);
}

function codeOf({ response }: Consent, connector: InfusionsoftConnector, { context }: Session): string {
  if (response.kind === 'code') {
    context.output.redact(response.code);
    return response.code;
  }
  throw response.error === 'access_denied'
    ? new CliError('userAction', 'Access was denied at Infusionsoft (access_denied). Nothing was stored.', [
        `To try again, run: ${authorizeCommand(connector)}`,
      ])
    : new CliError('userAction', `Infusionsoft returned the error "${response.error}". Nothing was stored.`, [
        `Check the OAuth app in the Keap developer portal, then run: ${authorizeCommand(connector)}`,
      ]);
}

async function storeCode(session: Session, { secretName, key }: CodeSecret, code: string): Promise<void> {
  const { cluster, context } = session;
  const result = await cluster.resources.storeSecretKey(cluster.namespace, secretName, key, code);
  context.output.print(`Stored the code in Secret "${secretName}", key "${key}" (${result}).`);
}
