import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { clientIdKeyOf, clientSecretKeyOf } from '../../api/defaults.ts';
import { decodeText } from '../../secrets/decode.ts';
import type { Resources } from '../cluster/resources.ts';

/**
 * Why the OAuth client of a connector cannot be used, with the action; `undefined` where it can. Read with the rights of
 * the caller. A caller who may not read the Secret relies on the condition of the operator.
 */
export async function oauthClientProblem(
  resources: Pick<Resources, 'secret'>,
  connector: InfusionsoftConnector,
): Promise<string | undefined> {
  const { spec, metadata } = connector;
  const { name } = spec.oauth.clientSecretRef;
  const data = await resources.secret(metadata.namespace, name);
  if (data === 'not-found') {
    return `has no OAuth client: Secret "${name}" (spec.oauth.clientSecretRef) not found. Create it.`;
  }
  if (data === 'forbidden') {
    return conditionOf(connector, 'SecretsResolved')?.status === 'True'
      ? undefined
      : `has an OAuth client that cannot be checked: you may not get Secret "${name}". Request this permission.`;
  }
  for (const key of [clientIdKeyOf(spec), clientSecretKeyOf(spec)]) {
    const encoded = data[key];
    if (encoded === undefined) {
      return `has no OAuth client: Secret "${name}" (spec.oauth.clientSecretRef) has no key "${key}". Add it.`;
    }
    const decoded = decodeText(encoded);
    if ('why' in decoded) {
      return `has no OAuth client: key "${key}" of Secret "${name}" (spec.oauth.clientSecretRef) ${decoded.why}. Correct it.`;
    }
  }
  return undefined;
}
