import type { InfusionsoftConnector } from '../../api/connector.ts';
import { untilAsked } from '../authorize/asked.ts';
import { AUTHORIZE_FLAGS, readOptions } from '../authorize/options.ts';
import { untilReady } from '../authorize/outcome.ts';
import { type Place, placeFor } from '../authorize/place.ts';
import { askPerson, type RedirectInput, requireUnchanged, resume } from '../authorize/redirect-input.ts';
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
  summary: 'Lets a person allow access to the Infusionsoft account of a connector, without a public address.',
  description: [
    'Lets a person allow access to the Infusionsoft account of a connector, where the operator has no public address for a page of its own.',
    'It shows whose data would go where and an address to open in a browser, takes the address back that the browser is sent to, checks that it answers this very consent, stores its code in the Secret that spec.oauth.authorizationCodeSecretRef names, and waits until the connector is Ready. It never changes the spec.',
    'It works with your own rights: get on the connector, its account and the Secret of its OAuth app, and create and patch on the Secret for the code. The right to patch the connector lets it see sooner that a code was refused.',
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
      context.output.keepSecret(options.redirectedUrl);
    }
    return await withCluster(args, context.clock, (cluster) => converse({ context, cluster, options }));
  },
};

async function converse(session: Session): Promise<CliExit> {
  const { redirectedUrl } = session.options;
  const found = await readConnector(session);
  // Nobody should be asked for a code that there is no place for.
  placeFor(found, session.options);
  const connector = await untilAsked(session, found);
  if (connector === undefined) {
    return 'ok';
  }
  const answer =
    redirectedUrl === undefined
      ? await askPerson(session, connector)
      : await resume(session, connector, redirectedUrl);
  const code = codeOf(answer, connector, session);
  const current = await readConnector(session);
  await requireUnchanged(session, current, answer);
  const place = placeFor(current, session.options);
  await handOver(session, place, code);
  return await untilReady(session, place, current);
}

function codeOf({ said }: RedirectInput, connector: InfusionsoftConnector, { context }: Session): string {
  if (said.kind === 'code') {
    context.output.keepSecret(said.code);
    return said.code;
  }
  throw said.error === 'access_denied'
    ? new CliError(
        'person',
        'Access was denied: the person at Infusionsoft refused it (access_denied). Nothing was stored; the connector goes on waiting.',
        [`Somebody who may allow access can do so with: ${authorizeCommand(connector)}`],
      )
    : new CliError(
        'person',
        `Infusionsoft ended the consent with the error "${said.error}". Nothing was stored; the connector goes on waiting.`,
        ['Check the OAuth app in the developer portal of Keap, and begin again.'],
      );
}

async function handOver(session: Session, { secretName, key }: Place, code: string): Promise<void> {
  const { cluster, context } = session;
  const done = await cluster.resources.storeSecretKey(cluster.namespace, secretName, key, code);
  context.output.say(
    `Access is allowed. The code is in Secret "${secretName}", key "${key}" (${done === 'created' ? 'created' : 'replaced'}).`,
  );
}
