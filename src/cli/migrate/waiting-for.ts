import type { InfusionsoftConnector } from '../../api/connector.ts';
import { authorizeCommand, requiresConsent } from '../cluster/conditions.ts';
import type { Progress } from './changes/progress.ts';

/** What a changed connector waits for, with the action of a user. Names the Secret of the one-time code, never the code. */
export function waitingFor(connector: InfusionsoftConnector, progress: Progress): string | undefined {
  switch (progress.kind) {
    case 'done':
      return undefined;
    case 'working':
      return 'the operator continues.';
    case 'halted':
      return progress.because;
    case 'waiting': {
      const { ready } = progress;
      return requiresConsent(ready)
        ? consentOf(connector)
        : `is not Ready (${ready.reason}). ${ready.message}`;
    }
  }
}

/** Where the consent is given, and in which Infusionsoft account. */
function consentOf(connector: InfusionsoftConnector): string {
  const { spec, status, metadata } = connector;
  const { startUrl, codeSecretName } = status?.authorization ?? {};
  const account = spec.server === undefined ? '' : ` (Infusionsoft account ${spec.server})`;
  return startUrl === undefined
    ? `waits for consent${account}. Run: ${authorizeCommand(connector)}`
    : `waits for consent${account}. Open ${startUrl} with the code in Secret "${codeSecretName ?? ''}" of namespace ${metadata.namespace}.`;
}
