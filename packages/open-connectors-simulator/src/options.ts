import { parseArgs } from 'node:util';

const DEFAULT_PORT = 9443;

/** The DNS names of the Service in deploy/simulator. */
export const SERVICE_HOSTNAMES: readonly string[] = [
  'open-connectors-simulator.open-connectors-simulator.svc',
  'open-connectors-simulator.open-connectors-simulator.svc.cluster.local',
  'localhost',
];

/** The parsed command line. */
export type Options =
  | { readonly command: 'help' | 'print-knobs' }
  | { readonly command: 'print-secrets'; readonly hostnames: readonly string[] }
  | {
      readonly command: 'serve';
      readonly port: number;
      readonly host: string | undefined;
      readonly publicUrl: string | undefined;
      readonly secretsFolder: string | undefined;
    };

export const USAGE = `Run a simulator of SAP Open Connectors.

Usage:
  npm run simulator -- [flags]

Flags:
  --port N             port to listen on, 0 for a free one (default ${DEFAULT_PORT})
  --host ADDRESS       address to listen on (default 127.0.0.1)
  --public-url URL     URL of clients and browsers (default https://localhost:PORT)
  --secrets DIR        folder with ca.crt, tls.crt, tls.key, userSecret, organizationSecret,
                       client_id and client_secret (default random values)
  --print-secrets      print Secrets for a cluster, as input of kubectl
  --hostname NAME      with --print-secrets: a host name of the certificate, repeatable
                       (default the Service of deploy/simulator, and localhost)
  --print-knobs        print the table of knobs of the README
  --help               print this text`;

/** Reads the command line. Throws an error with the usage for what is not valid. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string' },
      'public-url': { type: 'string' },
      secrets: { type: 'string' },
      'print-secrets': { type: 'boolean', default: false },
      hostname: { type: 'string', multiple: true },
      'print-knobs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values['print-knobs']) {
    return { command: values.help ? 'help' : 'print-knobs' };
  }
  if (values['print-secrets']) {
    return { command: 'print-secrets', hostnames: values.hostname ?? SERVICE_HOSTNAMES };
  }
  const { host, secrets: secretsFolder, 'public-url': publicUrl } = values;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535.\n${USAGE}`);
  }
  if (publicUrl !== undefined && !isOrigin(publicUrl)) {
    throw new Error(
      `--public-url takes an https URL without a path, such as https://localhost:9443.\n${USAGE}`,
    );
  }
  return { command: 'serve', port, host, publicUrl, secretsFolder };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && text.startsWith('https://') && new URL(text).origin === text;
}
