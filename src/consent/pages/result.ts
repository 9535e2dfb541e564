import { z } from 'zod';
import { PROVIDER_ERRORS } from '../../authorization/authorization-response.ts';
import { PROVIDER } from '../../provider/names.ts';
import { type NamespacedName, parseName } from '../connector-name.ts';
import { type Html, html } from '../http/html.ts';
import { layout } from './layout.ts';

const resultSchema = z.object({
  outcome: z.enum(['granted', ...PROVIDER_ERRORS]),
  namespace: z.string().max(63),
  name: z.string().max(253),
  server: z.string().max(253).optional(),
  apiHost: z.string().max(253),
});

/** The result of a consent, for the result page. */
export type ConsentResult = z.infer<typeof resultSchema>;

/** A result as the value of a cookie. */
export function formatResult(result: ConsentResult): string {
  return Buffer.from(JSON.stringify(result), 'utf8').toString('base64url');
}

/** The inverse of `formatResult`. A forged value is shown only to the browser that sent it. */
export function readResult(text: string): ConsentResult | undefined {
  try {
    const result = resultSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return parseName(result.namespace, result.name) && result;
  } catch {
    return undefined; // Not written by `formatResult`: the caller refuses it.
  }
}

/** The result page. */
export function resultPage(host: string, startUrl: string, result: ConsentResult): Html {
  return result.outcome === 'granted'
    ? grantedPage(host, result)
    : endedPage(host, startUrl, result, result.outcome);
}

function grantedPage(host: string, { namespace, name, server, apiHost }: ConsentResult): Html {
  return layout({
    title: `Access granted: ${name}`,
    host,
    content: html`<svg class="mark good" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="4"/><path d="M14 25l7 7 13-15" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
<h1>Access granted</h1>
<p>The data of ${server === undefined ? `your ${PROVIDER.product} account` : html`the ${PROVIDER.product} account <strong>${server}</strong>`} goes to SAP Open Connectors at <strong>${apiHost}</strong>, for the connector <strong>${name}</strong> in the namespace <strong>${namespace}</strong>.</p>
<p>The connector becomes ready automatically, usually within a minute. <strong>You can close this window.</strong></p>
<h2>Check the connector</h2>
<pre><code>kubectl wait ifc/${name} -n ${namespace} --for=condition=Ready --timeout=2m</code></pre>
<h2>Revoke access</h2>
<p>Remove the application in the settings of your ${PROVIDER.product} account, or delete the connector.</p>`,
  });
}

function endedPage(
  host: string,
  startUrl: string,
  target: NamespacedName,
  outcome: (typeof PROVIDER_ERRORS)[number],
): Html {
  const isDenied = outcome === 'access_denied';
  return layout({
    title: `${isDenied ? 'Access denied' : `${PROVIDER.product} reported an error`}: ${target.name}`,
    host,
    content: html`<h1>${isDenied ? 'Access denied' : `${PROVIDER.product} reported an error`}</h1>
<p>Nothing was connected. The connector <strong>${target.name}</strong> in the namespace <strong>${target.namespace}</strong> received no new access to your ${PROVIDER.product} account.</p>
${isDenied ? html`<p>If you intended this, close this window.</p>` : html`<p>The error is <code>${outcome}</code>. Ask an administrator of the connector to compare its OAuth app with the registration at ${PROVIDER.vendor}: client ID, callback URL, and whether the app is active.</p>`}
<h2>Try again</h2>
<p>Open <a href="${startUrl}">the start page</a>. The one-time code is still valid.</p>`,
  });
}
