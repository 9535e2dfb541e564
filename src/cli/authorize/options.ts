import { readFileSync } from 'node:fs';
import { parseDuration } from '../../api/duration.ts';
import { CALLBACK_URL_PATTERN } from '../../api/validation/hosts.ts';
import { parseHostPattern } from '../../runtime/host-pattern.ts';
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
    name: 'direct',
    doc: 'Uses the address that Keap documents to allow access at, without asking Open Connectors for one.',
  },
  { name: 'timeout', value: 'DURATION', doc: 'How long to wait for the operator, such as 90s; absent: 5m.' },
  {
    name: 'ca-file',
    value: 'FILE',
    doc: 'Certificates (PEM) to trust at Open Connectors besides the usual ones.',
  },
  {
    name: 'allow-host',
    value: 'HOST',
    doc: "Hosts of Open Connectors to call besides SAP's own; with its port, a host need not have a public address.",
  },
];

/** What the command line of `authorize` says. */
export interface AuthorizeOptions {
  readonly name: string;
  readonly secretName: string | undefined;
  readonly key: string | undefined;
  readonly callbackUrl: string | undefined;
  readonly redirectedUrl: string | undefined;
  readonly direct: boolean;
  readonly timeoutMs: number;
  readonly extraCaPem: string | undefined;
  readonly extraHosts: readonly string[];
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
    direct: args.given.has('direct'),
    timeoutMs: timeout(args.text('timeout') ?? '5m'),
    extraCaPem: certificates(args.text('ca-file')),
    extraHosts: args.list('allow-host').map(host),
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

function host(text: string): string {
  if (parseHostPattern(text) === undefined) {
    throw new CliError(
      'usage',
      '--allow-host: is not a host name, optionally with :port (no scheme, no path).',
    );
  }
  return text;
}

function certificates(file: string | undefined): string | undefined {
  if (file === undefined) {
    return undefined;
  }
  const text = readable(file);
  if (text?.includes('-----BEGIN CERTIFICATE-----') !== true) {
    throw new CliError(
      'usage',
      text === undefined ? '--ca-file: cannot be read.' : '--ca-file: has no certificates (PEM) in it.',
    );
  }
  return text;
}

function readable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // The caller says what its absence means.
  }
}
