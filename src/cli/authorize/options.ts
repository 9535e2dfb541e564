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
    doc: 'Where the spec names no Secret for the code: the one to store it in. Shows how to make the spec name it.',
  },
  { name: 'key', value: 'KEY', doc: 'The key in that Secret; absent: code.' },
  {
    name: 'callback-url',
    value: 'URL',
    doc: "The callback URL, where the spec names none and uses the operator's own.",
  },
  {
    name: 'redirected-url',
    value: 'URL',
    doc: 'The address that the browser was sent to, for a consent that an earlier run began. Safer is standard input: arguments are seen by others on this machine.',
  },
  {
    name: 'authorize-url',
    value: 'URL',
    doc: `authorize page of the provider, for a simulator (default ${AUTHORIZE_URL})`,
  },
  { name: 'timeout', value: 'DURATION', doc: 'How long to wait for the operator, such as 90s; absent: 5m.' },
];

/** What the command line of `authorize` says. */
export interface AuthorizeOptions {
  readonly name: string;
  readonly secretName: string | undefined;
  readonly key: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly redirectedUrl: string | undefined;
  readonly authorizeUrl: string;
  readonly timeoutMs: number;
}

/** Reads and checks the command line. Throws `CliError` of exit `usage`. */
export function readOptions(args: Arguments, name: string): AuthorizeOptions {
  const [secret, key] = [args.text('secret'), args.text('key')];
  return {
    name: requireName('NAME', name),
    secretName: secret === undefined ? undefined : requireName('--secret', secret),
    key: key === undefined ? undefined : requireKey('--key', key),
    callbackUrl: callbackUrl(args.text('callback-url')),
    redirectedUrl: args.text('redirected-url'),
    authorizeUrl: authorizeUrl(args.text('authorize-url') ?? AUTHORIZE_URL),
    timeoutMs: timeout(args.text('timeout') ?? '5m'),
  };
}

function callbackUrl(text: string | undefined): string | undefined {
  if (text !== undefined && !CALLBACK_URL_PATTERN.test(text)) {
    throw new CliError(
      'usage',
      '--callback-url: is not an https URL that can be registered as a callback URL.',
    );
  }
  return text;
}

function timeout(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    throw new CliError('usage', '--timeout: is not a duration such as 90s or 5m.');
  }
  return ms;
}

function authorizeUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.href !== `${url.origin}${url.pathname}`) {
    throw new CliError('usage', '--authorize-url: must be an https URL without user, query or fragment.');
  }
  return url.href;
}
