import type { OpenConnectorsAccount } from '../../api/account.ts';
import { validateAccount } from '../../api/validation/validate.ts';
import { CliError } from '../errors.ts';

/** The account, unless its spec is invalid. Throws `CliError`. */
export function validAccount(account: OpenConnectorsAccount): OpenConnectorsAccount {
  const [violation] = validateAccount(account);
  if (violation !== undefined) {
    throw new CliError(
      'userAction',
      `Account "${account.metadata.name}": ${violation.path} ${violation.message}.`,
    );
  }
  return account;
}
