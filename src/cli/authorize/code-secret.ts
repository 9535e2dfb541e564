import type { ConnectorSpec, InfusionsoftConnector } from '../../api/connector.ts';
import { authorizationCodeKeyOf, ownedSecretName } from '../../api/defaults.ts';
import { ONE_TIME_CODE_KEY } from '../../authorization/one-time-code.ts';
import { authorizeCommand } from '../cluster/conditions.ts';
import { CliError } from '../errors.ts';

/** The Secret and key that receive the code. `unreferenced`: spec.oauth.authorizationCodeSecretRef is not set yet. */
export interface CodeSecret {
  readonly kind: 'referenced' | 'unreferenced';
  readonly secretName: string;
  readonly key: string;
}

/** The values of `--secret` and `--key`. */
export interface CodeSecretFlags {
  readonly secretName: string | undefined;
  readonly key: string | undefined;
}

const DEFAULT_KEY = 'code';

/** The Secret that the spec references for a code, or that of the flags. Throws `CliError`. */
export function codeSecretFor(connector: InfusionsoftConnector, flags: CodeSecretFlags): CodeSecret {
  const referenced = referencedSecret(connector.spec);
  if (referenced !== undefined) {
    requireSame(referenced, flags);
    return referenced;
  }
  if (flags.secretName === undefined) {
    throw new CliError('userAction', missingReference(connector), waysToAuthorize(connector));
  }
  return { kind: 'unreferenced', secretName: flags.secretName, key: flags.key ?? DEFAULT_KEY };
}

/** Whether the spec references this Secret and key. */
export function isReferenced({ spec }: InfusionsoftConnector, { secretName, key }: CodeSecret): boolean {
  const referenced = referencedSecret(spec);
  return referenced?.secretName === secretName && referenced.key === key;
}

/** The command that lets the spec reference a Secret and key. */
export function patchCommand(
  { metadata, spec }: InfusionsoftConnector,
  { secretName, key }: Omit<CodeSecret, 'kind'>,
): string {
  const oauth = {
    authorizationCodeSecretRef: { name: secretName, ...(key !== DEFAULT_KEY && { key }) },
    ...(spec.oauth.refreshTokenSecretRef !== undefined && { refreshTokenSecretRef: null }),
  };
  return `kubectl patch ifc ${metadata.name} -n ${metadata.namespace} --type merge -p '${JSON.stringify({ spec: { oauth } })}'`;
}

function referencedSecret({ oauth }: ConnectorSpec): CodeSecret | undefined {
  const ref = oauth.authorizationCodeSecretRef;
  return ref && { kind: 'referenced', secretName: ref.name, key: authorizationCodeKeyOf(ref) };
}

function requireSame(referenced: CodeSecret, { secretName, key }: CodeSecretFlags): void {
  const differs =
    (secretName !== undefined && secretName !== referenced.secretName) ||
    (key !== undefined && key !== referenced.key);
  if (differs) {
    throw new CliError(
      'usage',
      `spec.oauth.authorizationCodeSecretRef references key "${referenced.key}" of Secret "${referenced.secretName}". Omit --secret and --key.`,
    );
  }
}

function missingReference({ metadata, spec }: InfusionsoftConnector): string {
  const token = spec.oauth.refreshTokenSecretRef;
  return token === undefined
    ? `spec.oauth.authorizationCodeSecretRef is not set on connector "${metadata.name}".`
    : `Connector "${metadata.name}" uses a refresh token (Secret "${token.name}"); spec.oauth.authorizationCodeSecretRef is not set.`;
}

function waysToAuthorize(connector: InfusionsoftConnector): string[] {
  const { metadata, status } = connector;
  const { startUrl, codeSecretName } = status?.authorization ?? {};
  const secretName = ownedSecretName(connector, '-code');
  const page =
    startUrl === undefined || codeSecretName === undefined
      ? []
      : [
          `To authorize it in a browser, open ${startUrl} and enter the code that this command prints:`,
          `  kubectl get secret ${codeSecretName} -n ${metadata.namespace} -o jsonpath='{.data.${ONE_TIME_CODE_KEY}}' | base64 -d`,
        ];
  return [
    ...page,
    'To authorize it from the command line, reference a Secret (it need not exist), and run this command again:',
    `  ${patchCommand(connector, { secretName, key: DEFAULT_KEY })}`,
    'Or store the code first, and reference the Secret when prompted:',
    `  ${authorizeCommand(connector)} --secret ${secretName}`,
  ];
}
