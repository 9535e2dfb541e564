import { isSuspended } from '../../api/annotations.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import { formatSpan } from '../age.ts';
import { type Answer, askPerson, requireUnchanged, resume } from '../authorize/answer.ts';
import { follow, patiently } from '../authorize/follow.ts';
import { judgeAsking, judgeOutcome, type Proof } from '../authorize/judge.ts';
import { AUTHORIZE_FLAGS, readOptions } from '../authorize/options.ts';
import { isNamed, type Place, patchCommand, placeFor } from '../authorize/place.ts';
import { callbackUrlFor, readConnector, type Session } from '../authorize/session.ts';
import { withCluster } from '../cluster.ts';
import type { Command } from '../command.ts';
import { authorizeCommand, conditionOf, infoOf } from '../conditions.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { PROGRAM } from '../program.ts';

/** `authorize NAME`. */
export const authorize: Command = {
  name: 'authorize',
  operands: 'NAME',
  operandCount: { min: 1, max: 1 },
  summary: 'Lets a person allow access to the Infusionsoft account of a connector, without a public address.',
  description: [
    'Lets a person allow access to the Infusionsoft account of a connector, where the operator has no public address for a page of its own.',
    'It shows whose data would go where and an address to open in a browser, takes the address back that the browser is sent to, checks that it answers this very consent, stores its code in the Secret that spec.oauth.authorizationCodeSecretRef names, and waits until the connector is Ready. It never changes the spec.',
    'It works with your own rights: get on the connector, its account and the Secrets of both, and create and patch on the Secret for the code. The right to patch the connector lets it see sooner that a code was refused.',
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
  const { secretName, key, redirectedUrl } = session.options;
  const found = await readConnector(session);
  const place = placeFor(found, { secretName, key });
  const connector = await untilAsked(session, found);
  if (connector === undefined) {
    return 'ok';
  }
  callbackUrlFor(session, connector);
  const answer =
    redirectedUrl === undefined
      ? await askPerson(session, connector)
      : await resume(session, connector, redirectedUrl);
  const code = codeOf(answer, connector, session);
  const current = await readConnector(session);
  await requireUnchanged(session, current, answer);
  await handOver(session, place, code);
  return await untilReady(session, place, current);
}

/** The connector once it asks for access; `undefined`: it is Ready already. Throws `CliError`. */
async function untilAsked(
  session: Session,
  found: InfusionsoftConnector,
): Promise<InfusionsoftConnector | undefined> {
  const { output, clock } = session.context;
  if (judgeAsking(found) === 'wait') {
    output.say(`Connector ${found.metadata.name} does not ask for access yet. Waiting for the operator.`);
  }
  const { verdict, connector } = await follow({
    clock,
    read: patiently(() => readConnector(session), found),
    judge: judgeAsking,
    say: output.say,
    known: found,
    timeoutMs: session.options.timeoutMs,
  });
  switch (verdict) {
    case 'asks':
      return connector;
    case 'ready':
      output.say(`Connector ${connector.metadata.name} is Ready: access is allowed already.`);
      output.say('To have it allowed anew, ask for that, and run this command again:');
      output.say(
        `  kubectl annotate ifc ${connector.metadata.name} -n ${connector.metadata.namespace} openconnectors.dev/reauthorize-at="$(date)" --overwrite`,
      );
      return undefined;
    case 'stuck':
      throw stuck(
        connector,
        'Nobody is asked for access as long as this is in the way. Then run this command again.',
      );
    case 'timeout':
      throw new CliError('timeout', notAsked(connector));
  }
}

function codeOf({ said }: Answer, connector: InfusionsoftConnector, { context }: Session): string {
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

async function untilReady(session: Session, place: Place, before: InfusionsoftConnector): Promise<CliExit> {
  const { output, clock } = session.context;
  const { timeoutMs } = session.options;
  const named = place.kind === 'named' ? before : await untilNamed(session, place, before);
  const proof = await askForPass(session, named);
  output.say(`Waiting up to ${formatSpan(timeoutMs)} for connector ${named.metadata.name} to become Ready.`);
  const { verdict, connector } = await follow({
    clock,
    read: patiently(() => readConnector(session), named),
    judge: (candidate) => judgeOutcome(candidate, proof),
    say: output.say,
    known: named,
    timeoutMs,
  });
  switch (verdict) {
    case 'ready':
      output.say(`Done. Applications find the connection in Secret "${connectionSecretNameOf(connector)}".`);
      return 'ok';
    case 'stuck':
      throw stuck(
        connector,
        'The code is used up or will be too old by then: run this command again afterwards.',
      );
    case 'timeout':
      throw new CliError(
        'timeout',
        `Connector ${connector.metadata.name} is not Ready yet, and the time is over.`,
        [
          `The operator goes on by itself. Look again with: ${PROGRAM} status ${connector.metadata.name} -n ${connector.metadata.namespace}`,
        ],
      );
  }
}

/** Waits until somebody lets the spec name the Secret. */
async function untilNamed(
  session: Session,
  place: Place,
  before: InfusionsoftConnector,
): Promise<InfusionsoftConnector> {
  const { output, clock } = session.context;
  output.say(
    `The spec does not name Secret "${place.secretName}" yet. A code is good for a few minutes; run now:`,
  );
  output.say(`  ${patchCommand(before, place)}`);
  const { verdict, connector } = await follow({
    clock,
    read: patiently(() => readConnector(session), before),
    judge: (candidate) => (isNamed(candidate, place) ? 'named' : 'wait'),
    say: output.say,
    known: before,
    timeoutMs: session.options.timeoutMs,
  });
  if (verdict === 'timeout') {
    throw new CliError('timeout', 'The spec still does not name the Secret, and the time is over.');
  }
  return connector;
}

/** Asks for a pass over the connector, so that a status can be told from one that was written before. */
async function askForPass(session: Session, { metadata, status }: InfusionsoftConnector): Promise<Proof> {
  const { context, cluster } = session;
  const value = `authorize ${new Date(context.clock.now()).toISOString()}`;
  const asked = await cluster.resources.askForPass(metadata.namespace, metadata.name, value);
  return asked === 'asked' ? { kind: 'echo', value } : { kind: 'change', before: status };
}

function stuck(connector: InfusionsoftConnector, afterwards: string): CliError {
  const { name, deletionTimestamp } = connector.metadata;
  if (deletionTimestamp !== undefined) {
    return new CliError('person', `Connector ${name} is being deleted.`);
  }
  const ready = isSuspended(connector) ? undefined : conditionOf(connector, 'Ready');
  const known = ready && infoOf(ready);
  return new CliError(
    'person',
    ready === undefined
      ? `Work on connector ${name} is stopped, by spec.suspend or the annotation openconnectors.dev/paused.`
      : `Connector ${name} is not Ready (${ready.reason}). ${ready.message}`,
    [...(known === undefined ? [] : [`What to do: ${known.info.whatToDo}`]), afterwards],
  );
}

function notAsked({ metadata, status }: InfusionsoftConnector): string {
  return status?.conditions === undefined
    ? `The operator has not looked at connector ${metadata.name} in that time: it does not run, or does not serve this namespace.`
    : `Connector ${metadata.name} did not ask for access in that time.`;
}
