import type { InfusionsoftConnector } from '../../api/connector.ts';
import { CliError } from '../errors.ts';
import { follow, patiently } from './follow.ts';
import { judgeAsking } from './judge.ts';
import { readConnector, type Session } from './session.ts';
import { stuck } from './stuck.ts';

/** The connector once it asks for access; `undefined`: it is Ready already. Throws `CliError`. */
export async function untilAsked(
  session: Session,
  found: InfusionsoftConnector,
): Promise<InfusionsoftConnector | undefined> {
  const { output, clock } = session.context;
  if (judgeAsking(found) === 'wait') {
    output.say(`Connector ${found.metadata.name} does not ask for access yet. Waiting for the operator.`);
  }
  const { result, connector } = await follow({
    clock,
    read: patiently(() => readConnector(session), found),
    judge: judgeAsking,
    say: output.say,
    known: found,
    timeoutMs: session.options.timeoutMs,
  });
  switch (result) {
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

function notAsked({ metadata, status }: InfusionsoftConnector): string {
  return status?.conditions === undefined
    ? `The operator has not looked at connector ${metadata.name} in that time: it does not run, or does not serve this namespace.`
    : `Connector ${metadata.name} did not ask for access in that time.`;
}
