import type { AccountView } from '../ownership/account-view.ts';
import type { RegistryPorts } from './registry-ports.ts';

/** What connectors show of an account that this operator does not have; `undefined` where it has it. */
export function absenceOf(
  ports: RegistryPorts,
  namespace: string,
  name: string | undefined,
): Extract<AccountView, { state: 'blocked' }> | undefined {
  if (name === undefined) {
    return ports.hasDefault(namespace)
      ? undefined
      : notFound(
          'spec.accountRef is not set and the operator has no default account for this namespace. Create an OpenConnectorsAccount and set spec.accountRef.',
        );
  }
  if (ports.exists(namespace, name)) {
    return undefined;
  }
  return notFound(
    ports.selector === undefined
      ? `Account "${name}" (spec.accountRef) not found. Create it, or correct the name.`
      : `Account "${name}" (spec.accountRef) not found among those with labels "${ports.selector}". Create it, or add the labels.`,
  );
}

function notFound(message: string): Extract<AccountView, { state: 'blocked' }> {
  return { state: 'blocked', reason: 'AccountNotFound', message, stalled: false };
}
