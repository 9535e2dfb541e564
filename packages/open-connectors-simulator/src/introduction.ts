import { adminOperations, adminPrefix } from './admin.ts';
import { apiPrefix } from './dispatch.ts';
import { authorizePath } from './handlers/consent.ts';
import type { Simulator } from './simulator.ts';

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

/** The text that the program prints when it listens: URL, CA file, credentials and examples. */
export function introduction(simulator: Simulator, caFile: string): string {
  const { baseUrl, credentials, app } = simulator;
  const curl = `curl --cacert ${caFile}`;
  return `Open Connectors simulator. It keeps everything in memory.

Base URL             ${baseUrl}${apiPrefix}
CA certificate       ${caFile}
User secret          ${credentials.userSecret}
Organization secret  ${credentials.organizationSecret}
OAuth client_id      ${app.clientId}
OAuth client_secret  ${app.clientSecret}
Encrypted Key        any text; server: any name such as dt123.infusionsoft.com

Try the credentials:
  ${curl} -H 'Authorization: User ${credentials.userSecret}, Organization ${credentials.organizationSecret}' ${baseUrl}${apiPrefix}/organizations/me

Get a code: open this page, press Allow, and copy the code from the page that follows. The code is valid for the callback URL
${baseUrl}${adminPrefix}/callback
  ${consentUrl(simulator)}

Throttle the next create:
  ${curl} -H 'Content-Type: application/json' -d '{"match":{"operation":"createInstance"},"fault":{"kind":"throttle","retryAfterSeconds":5}}' ${baseUrl}${adminPrefix}/faults

Control it below ${baseUrl}${adminPrefix}:
  ${adminOperations.join('\n  ')}

Press Ctrl-C to stop.`;
}

/** The text of a simulator with given Secrets. It has no credentials, because many people can read a container's log. */
export function briefIntroduction({ baseUrl, port }: Simulator): string {
  return `Open Connectors simulator at ${baseUrl}${apiPrefix}, listening on port ${port}`;
}
