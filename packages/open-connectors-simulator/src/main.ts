import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adminOperations, adminPrefix } from './admin.ts';
import { apiPrefix } from './dispatch.ts';
import { authorizePath } from './handlers/consent.ts';
import { knobsTable } from './knobs-page.ts';
import { type Simulator, startSimulator } from './simulator.ts';

const defaultPort = 9443;

const usage = `npm run simulator -- [--port N]     (default ${defaultPort}; 0 takes a free one)
npm run simulator -- --print-knobs  (the table of its documentation)`;

function consentUrl({ baseUrl, app }: Simulator): string {
  const url = new URL(authorizePath, baseUrl);
  url.search = new URLSearchParams({
    scope: 'full',
    response_type: 'code',
    redirect_uri: `${baseUrl}${adminPrefix}/callback`,
    state: 'by-hand',
    client_id: app.clientId,
  }).toString();
  return url.href;
}

function introduction(simulator: Simulator, caFile: string): string {
  const { baseUrl, credentials, app } = simulator;
  const curl = `curl --cacert ${caFile}`;
  return `Open Connectors simulator. Everything here is made up and gone when it stops.

Base URL             ${baseUrl}${apiPrefix}
CA certificate       ${caFile}
User secret          ${credentials.userSecret}
Organization secret  ${credentials.organizationSecret}
OAuth client_id      ${app.clientId}
OAuth client_secret  ${app.clientSecret}
Encrypted Key        any text; server: any name such as dt123.infusionsoft.com

Try the credentials:
  ${curl} -H 'Authorization: User ${credentials.userSecret}, Organization ${credentials.organizationSecret}' ${baseUrl}${apiPrefix}/organizations/me

Get a code by hand: open this page, press Allow, and read the code where it leads you. It belongs to the callback URL
${baseUrl}${adminPrefix}/callback
  ${consentUrl(simulator)}

Let the next create be throttled:
  ${curl} -H 'Content-Type: application/json' -d '{"match":{"operation":"createInstance"},"fault":{"kind":"throttle","retryAfterSeconds":5}}' ${baseUrl}${adminPrefix}/faults

Steer it below ${baseUrl}${adminPrefix}:
  ${adminOperations.join('\n  ')}

Ctrl-C ends it.`;
}

/** Resolves with the first signal that asks the process to end. */
const ended = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, help: { type: 'boolean' }, 'print-knobs': { type: 'boolean' } },
  });
  if (values.help || values['print-knobs']) {
    console.log(values.help ? usage : knobsTable());
    return;
  }
  const port = Number(values.port ?? defaultPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port takes a number from 0 to 65535.\n${usage}`);
  }
  const stopped = ended();
  const simulator = await startSimulator({ port });
  const folder = await mkdtemp(join(tmpdir(), 'open-connectors-simulator-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.caPem);
  console.log(introduction(simulator, caFile));
  await stopped;
  await simulator.stop();
  await rm(folder, { recursive: true });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
