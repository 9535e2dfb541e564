import { parseDuration } from '../../api/duration.ts';
import { CALLBACK_URL_PATTERN } from '../../api/validation/hosts.ts';
import { AUTHORIZE_URL } from '../../provider/authorize-url.ts';
import { CliError } from '../errors.ts';
import type { Arguments, Flag } from '../input/arguments.ts';
import { requireKey, requireName } from '../input/names.ts';

/** The flags of `authorize`. */
export const AUTHORIZE_FLAGS: readonly Flag[] = [
  {
    name: 'secret',
    value: 'NAME',
    description: 'Secret for the code where spec.oauth.authorizationCodeSecretRef is not set',
  },
  { name: 'key', value: 'KEY', description: 'key in that Secret (default "code")' },
  {
    name: 'callback-url',
    value: 'URL',
    description: 'callback URL where spec.oauth.callbackUrl is not set',
  },
  {
    name: 'redirected-url',
    value: 'URL',
    description: 'redirect URL for the consent of an earlier run; visible to other users of this machine',
  },
  {
    name: 'authorize-url',
    value: 'URL',
    description: `authorize page of the provider, for a simulator (default ${AUTHORIZE_URL})`,
  },
  { name: 'timeout', value: 'DURATION', description: 'time to wait for the operator (default 5m)' },
];

/** The command line of `authorize`. */
export interface AuthorizeOptions {
  readonly name: string;
  readonly secretName: string | undefined;
  readonly key: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly redirectedUrl: string | undefined;
  readonly authorizeUrl: string;
  readonly timeoutMs: number;
}

/** Parses and validates the command line. Throws `CliError` of exit `usage`. */
export function readOptions(args: Arguments, name: string): AuthorizeOptions {
  const [secret, key] = [args.text('secret'), args.text('key')];
  return {
    name: requireName('NAME', name),
    secretName: secret === undefined ? undefined : requireName('--secret', secret),
    key: key === undefined ? undefined : requireKey('--key', key),
    callbackUrl: callbackUrl(args.text('callback-url')),
    redirectedUrl: args.text('redirected-url'),
    authorizeUrl: authorizePage(args.text('authorize-url') ?? AUTHORIZE_URL),
    timeoutMs: timeout(args.text('timeout') ?? '5m'),
  };
}

function callbackUrl(text: string | undefined): string | undefined {
  if (text !== undefined && !CALLBACK_URL_PATTERN.test(text)) {
    throw new CliError('usage', '--callback-url: must be an https URL without a fragment.');
  }
  return text;
}

function authorizePage(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.href !== `${url.origin}${url.pathname}`) {
    throw new CliError('usage', '--authorize-url: must be an https URL without user, query or fragment.');
  }
  return url.href;
}

function timeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new CliError('usage', '--timeout: must be a duration such as 90s or 5m.');
  }
  return ms;
}
