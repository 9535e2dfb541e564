import type { ConnectorSpec, InfusionsoftConnector } from '../../api/connector.ts';
import { authorizationCodeKeyOf, ownedSecretName } from '../../api/defaults.ts';
import { ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import { authorizeCommand } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';

/** Where the code goes. `offered`: the spec does not name it yet. */
export interface Place {
  readonly kind: 'named' | 'offered';
  readonly secretName: string;
  readonly key: string;
}

/** What `--secret` and `--key` say. */
export interface Offer {
  readonly secretName: string | undefined;
  readonly key: string | undefined;
}

const DEFAULT_KEY = 'code';

/** The Secret that the spec names for a code, or the one that is offered for it. Throws `CliError`. */
export function placeFor(connector: InfusionsoftConnector, offer: Offer): Place {
  const named = namedPlace(connector.spec);
  if (named !== undefined) {
    requireSame(named, offer);
    return named;
  }
  if (offer.secretName === undefined) {
    throw new CliError('person', nowhere(connector), wayOut(connector));
  }
  return { kind: 'offered', secretName: offer.secretName, key: offer.key ?? DEFAULT_KEY };
}

/** Whether the spec names `place` by now. */
export function isNamed({ spec }: InfusionsoftConnector, { secretName, key }: Place): boolean {
  const named = namedPlace(spec);
  return named?.secretName === secretName && named.key === key;
}

/** The command that makes the spec name `place`. */
export function patchCommand(
  { metadata, spec }: InfusionsoftConnector,
  { secretName, key }: Omit<Place, 'kind'>,
) {
  const oauth = {
    authorizationCodeSecretRef: { name: secretName, ...(key !== DEFAULT_KEY && { key }) },
    ...(spec.oauth.refreshTokenSecretRef !== undefined && { refreshTokenSecretRef: null }),
  };
  return `kubectl patch ifc ${metadata.name} -n ${metadata.namespace} --type merge -p '${JSON.stringify({ spec: { oauth } })}'`;
}

function namedPlace({ oauth }: ConnectorSpec): Place | undefined {
  const ref = oauth.authorizationCodeSecretRef;
  return ref && { kind: 'named', secretName: ref.name, key: authorizationCodeKeyOf(ref) };
}

function requireSame(named: Place, { secretName, key }: Offer): void {
  const differs =
    (secretName !== undefined && secretName !== named.secretName) || (key !== undefined && key !== named.key);
  if (differs) {
    throw new CliError(
      'usage',
      `The spec names key "${named.key}" of Secret "${named.secretName}" for the code already. Leave --secret and --key out.`,
    );
  }
}

function nowhere({ metadata, spec }: InfusionsoftConnector): string {
  const token = spec.oauth.refreshTokenSecretRef;
  return token === undefined
    ? `The spec of connector "${metadata.name}" names no Secret for an authorization code, so that there is no place to put one.`
    : `The spec of connector "${metadata.name}" names Secret "${token.name}" for a refresh token, and none for an authorization code.`;
}

function wayOut(connector: InfusionsoftConnector): string[] {
  const { metadata, status } = connector;
  const { startUrl, codeSecretName } = status?.authorization ?? {};
  const secretName = ownedSecretName(connector, '-code');
  const page =
    startUrl === undefined || codeSecretName === undefined
      ? []
      : [
          `It takes the consent on a page of the operator: open ${startUrl} and enter the code that this command prints:`,
          `  kubectl get secret ${codeSecretName} -n ${metadata.namespace} -o jsonpath='{.data.${ONE_TIME_CODE_KEY}}' | base64 -d`,
        ];
  return [
    ...page,
    `To allow access from the command line${page.length === 0 ? '' : ' instead'}, let the spec name a Secret, which need not exist yet, and run this command again:`,
    `  ${patchCommand(connector, { secretName, key: DEFAULT_KEY })}`,
    'Or let this command store the code first, and change the spec when it says so:',
    `  ${authorizeCommand(connector)} --secret ${secretName}`,
  ];
}
