import type { InfusionsoftConnector } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { PROGRAM } from '../program.ts';
import { formatSpan } from '../render/age.ts';
import { follow, patiently } from './follow.ts';
import { judgeOutcome, type Proof } from './judge.ts';
import { isNamed, type Place, patchCommand } from './place.ts';
import { readConnector, type Session } from './session.ts';
import { stuck } from './stuck.ts';

/** Follows a connector from the code that it was given to Ready. Throws `CliError` where it does not come there. */
export async function untilReady(
  session: Session,
  place: Place,
  before: InfusionsoftConnector,
): Promise<CliExit> {
  const { output, clock } = session.context;
  const { timeoutMs } = session.options;
  const named = place.kind === 'named' ? before : await untilNamed(session, place, before);
  const proof = await requestReconcile(session, named);
  output.say(`Waiting up to ${formatSpan(timeoutMs)} for connector ${named.metadata.name} to become Ready.`);
  const { result: verdict, connector } = await follow({
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
  const { result: verdict, connector } = await follow({
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
async function requestReconcile(
  session: Session,
  { metadata, status }: InfusionsoftConnector,
): Promise<Proof> {
  const { context, cluster } = session;
  const value = `authorize ${new Date(context.clock.now()).toISOString()}`;
  const asked = await cluster.resources.requestReconcile(metadata.namespace, metadata.name, value);
  return asked === 'asked' ? { kind: 'echo', value } : { kind: 'change', before: status };
}
