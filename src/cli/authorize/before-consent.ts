import { requestOf } from '../../api/annotations.ts';
import { type Condition, conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { authorizationCodeKeyOf } from '../../api/defaults.ts';
import { haltOf } from '../../authorization/halt.ts';
import { decodeText } from '../../secrets/decode.ts';
import { infoOf, isCurrent, requiresConsent } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';
import { blockedError } from './blocked.ts';
import { readConnector, type Session } from './session.ts';
import { retryRead, waitFor } from './wait-for.ts';

/** Progress of a connector toward its consent. `invalid-secret`: one of its Secrets, which may be that of the code. */
export type ConsentProgress = 'ready' | 'required' | 'invalid-secret' | 'blocked' | 'wait';

/** Evaluates a connector before the consent. */
export function consentProgress(connector: InfusionsoftConnector): ConsentProgress {
  const ready = isCurrent(connector) ? conditionOf(connector, 'Ready') : undefined;
  if (haltOf(connector) !== undefined) {
    return 'blocked';
  }
  if (ready === undefined) {
    return 'wait';
  }
  const pending = conditionOf(connector, 'AuthorizationPending');
  if (pending !== undefined) {
    return requiresConsent(pending) ? 'required' : pendingProgress(pending);
  }
  if (ready.status === 'True') {
    const { lastHandledReauthorizeAt } = connector.status ?? {};
    return requestOf(connector, 'reauthorizeAt', lastHandledReauthorizeAt) === undefined ? 'ready' : 'wait';
  }
  if (requiresConsent(ready)) {
    return 'required';
  }
  if (ready.reason === 'SecretInvalid') {
    return 'invalid-secret';
  }
  const severity = infoOf(ready)?.info.severity;
  return severity === 'person' || severity === 'stalled' || conditionOf(connector, 'Stalled') !== undefined
    ? 'blocked'
    : 'wait';
}

/** A requested consent that a user cannot give now: only a stalled one needs a user. */
function pendingProgress(pending: Condition): ConsentProgress {
  return infoOf(pending)?.info.severity === 'stalled' ? 'blocked' : 'wait';
}

/** Waits until the connector requires a consent. `undefined`: it is Ready already. Throws `CliError`. */
export async function waitUntilConsentRequired(
  session: Session,
  found: InfusionsoftConnector,
): Promise<InfusionsoftConnector | undefined> {
  const { output, clock } = session.context;
  if (consentProgress(found) === 'wait') {
    output.print(`Waiting for the operator to reconcile connector ${found.metadata.name}.`);
  }
  const { result, connector } = await waitFor({
    clock,
    read: retryRead(() => readConnector(session), found),
    evaluate: consentProgress,
    print: output.print,
    known: found,
    timeoutMs: session.options.timeoutMs,
  });
  const { name, namespace } = connector.metadata;
  switch (result) {
    case 'required':
      return connector;
    case 'ready':
      output.print(`Connector ${name} is already authorized. To reauthorize it, run:`);
      output.print(
        `  kubectl annotate ifc ${name} -n ${namespace} openconnectors.dev/reauthorize-at="$(date)" --overwrite`,
      );
      output.print('Then run this command again.');
      return undefined;
    case 'invalid-secret':
      if (await isStoredCodeInvalid(session, connector)) {
        return connector;
      }
      throw blocked(connector);
    case 'blocked':
      throw blocked(connector);
    case 'timeout':
      throw new CliError('timeout', timeoutMessage(connector));
  }
}

/** The error for a connector that only a user can unblock before a consent. */
export function blocked(connector: InfusionsoftConnector): CliError {
  return blockedError(connector, 'Then run this command again.');
}

/** Another code replaces one that is no valid text. Without the right to get its Secret, it counts as valid. */
async function isStoredCodeInvalid(
  { cluster }: Session,
  { metadata, spec }: InfusionsoftConnector,
): Promise<boolean> {
  const ref = spec.oauth.authorizationCodeSecretRef;
  if (ref === undefined) {
    return false;
  }
  const data = await cluster.resources.secret(metadata.namespace, ref.name);
  const encoded = typeof data === 'string' ? undefined : data[authorizationCodeKeyOf(ref)];
  return encoded !== undefined && 'why' in decodeText(encoded);
}

function timeoutMessage({ metadata, status }: InfusionsoftConnector): string {
  return status?.conditions === undefined
    ? `Timed out: connector "${metadata.name}" was not reconciled. Check that the operator runs and watches this namespace.`
    : `Timed out: connector "${metadata.name}" does not require a consent yet.`;
}
