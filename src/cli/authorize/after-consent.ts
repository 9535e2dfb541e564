import { echoOf } from '../../api/annotations.ts';
import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { connectionSecretNameOf } from '../../api/defaults.ts';
import { haltOf } from '../../authorization/halt.ts';
import { infoOf, isCurrent } from '../cluster/conditions.ts';
import { PROGRAM } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { formatSpan } from '../render/age.ts';
import { blockedError } from './blocked.ts';
import { type CodeSecret, isReferenced, patchCommand } from './code-secret.ts';
import { readConnector, type Session } from './session.ts';
import { retryRead, waitFor } from './wait-for.ts';

/** Progress of a connector after its code was stored. */
export type ReadyProgress = 'ready' | 'blocked' | 'wait';

/** What proves that a status was written after the code was stored. */
export type Proof =
  /** The value of `reconcile-at` that was set after it. Status repeats it at the end of a reconcile. */
  | { readonly kind: 'echo'; readonly value: string }
  /** Without the right to set that annotation: a status that differs from the one before. */
  | { readonly kind: 'change'; readonly before: InfusionsoftConnector['status'] };

/** Evaluates a connector after its code was stored. */
export function readyProgress(connector: InfusionsoftConnector, proof: Proof): ReadyProgress {
  const ready = isCurrent(connector) ? conditionOf(connector, 'Ready') : undefined;
  const pending = conditionOf(connector, 'AuthorizationPending');
  if (ready?.status === 'True' && pending === undefined) {
    return 'ready';
  }
  if (haltOf(connector) !== undefined) {
    return 'blocked';
  }
  if (ready === undefined || !isProven(connector, proof)) {
    return 'wait';
  }
  if (conditionOf(connector, 'Stalled') !== undefined) {
    return 'blocked';
  }
  const isReconciling = conditionOf(connector, 'Reconciling') !== undefined;
  const severity = infoOf(pending ?? ready)?.info.severity;
  return !isReconciling && (severity === 'person' || severity === 'stalled') ? 'blocked' : 'wait';
}

/** Waits until a connector whose code was stored is Ready. Throws `CliError` where it does not become Ready. */
export async function waitUntilReady(
  session: Session,
  target: CodeSecret,
  before: InfusionsoftConnector,
): Promise<CliExit> {
  const { output, clock } = session.context;
  const { timeoutMs } = session.options;
  const known = target.kind === 'referenced' ? before : await waitUntilReferenced(session, target, before);
  const proof = await requestReconcile(session, known);
  const { name, namespace } = known.metadata;
  output.print(`Waiting up to ${formatSpan(timeoutMs)} for connector ${name} to become Ready.`);
  const { result, connector } = await waitFor({
    clock,
    read: retryRead(() => readConnector(session), known),
    evaluate: (candidate) => readyProgress(candidate, proof),
    print: output.print,
    known,
    timeoutMs,
  });
  switch (result) {
    case 'ready':
      output.print(`Connector ${name} is Ready. Connection Secret: ${connectionSecretNameOf(connector)}`);
      return 'ok';
    case 'blocked':
      throw blockedError(connector, 'Then run this command again; this code cannot be used again.');
    case 'timeout':
      throw new CliError(
        'timeout',
        `Timed out: connector "${name}" is not Ready yet. The operator continues.`,
        [`Check it with: ${PROGRAM} status ${name} -n ${namespace}`],
      );
  }
}

async function waitUntilReferenced(
  session: Session,
  target: CodeSecret,
  before: InfusionsoftConnector,
): Promise<InfusionsoftConnector> {
  const { output, clock } = session.context;
  output.print('The code expires within minutes. Reference its Secret now:');
  output.print(`  ${patchCommand(before, target)}`);
  const { result, connector } = await waitFor({
    clock,
    read: retryRead(() => readConnector(session), before),
    evaluate: (candidate) => (isReferenced(candidate, target) ? 'referenced' : 'wait'),
    print: output.print,
    known: before,
    timeoutMs: session.options.timeoutMs,
  });
  if (result === 'timeout') {
    throw new CliError(
      'timeout',
      `Timed out: spec.oauth.authorizationCodeSecretRef does not reference Secret "${target.secretName}".`,
    );
  }
  return connector;
}

/** Triggers a reconcile whose status differs from an earlier one. */
async function requestReconcile(
  { context, cluster }: Session,
  { metadata, status }: InfusionsoftConnector,
): Promise<Proof> {
  const value = `authorize ${new Date(context.clock.now()).toISOString()}`;
  const result = await cluster.resources.requestReconcile(metadata.namespace, metadata.name, value);
  return result === 'requested' ? { kind: 'echo', value } : { kind: 'change', before: status };
}

function isProven({ status }: InfusionsoftConnector, proof: Proof): boolean {
  return proof.kind === 'echo'
    ? status?.lastHandledReconcileAt === echoOf(proof.value)
    : JSON.stringify(status?.conditions) !== JSON.stringify(proof.before?.conditions);
}
