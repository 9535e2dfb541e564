import { z } from 'zod';
import { PROVIDER_ERRORS } from '../../authorization/authorization-response.ts';
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

/** How a consent ended, for the page that tells the person. */
export type ConsentResult = z.infer<typeof resultSchema>;

/** A result as a cookie's value. */
export function formatResult(result: ConsentResult): string {
  return Buffer.from(JSON.stringify(result), 'utf8').toString('base64url');
}

/** The inverse of `formatResult`; whoever forges one shows it to nobody but himself. */
export function readResult(text: string): ConsentResult | undefined {
  try {
    const result = resultSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return parseName(result.namespace, result.name) && result;
  } catch {
    return undefined; // Not one of ours: the caller refuses.
  }
}

/** The last page of a consent. */
export function resultPage(host: string, startUrl: string, result: ConsentResult): Html {
  return result.outcome === 'granted'
    ? grantedPage(host, result)
    : endedPage(host, startUrl, result, result.outcome);
}

function grantedPage(host: string, { namespace, name, server, apiHost }: ConsentResult): Html {
  return layout({
    title: `Access allowed: ${name}`,
    host,
    content: html`<svg class="mark good" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="4"/><path d="M14 25l7 7 13-15" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
<h1>Thank you: access is allowed</h1>
<p>The data of ${server === undefined ? 'your Infusionsoft account' : html`the Infusionsoft account <strong>${server}</strong>`} goes to SAP Open Connectors at <strong>${apiHost}</strong>, for the connector <strong>${name}</strong> in the namespace <strong>${namespace}</strong>.</p>
<p>The operator does the rest by itself, usually within a minute. <strong>You can close this window.</strong></p>
<h2>To see it become ready</h2>
<pre><code>kubectl wait ifc/${name} -n ${namespace} --for=condition=Ready --timeout=2m</code></pre>
<h2>To take access back</h2>
<p>Remove the application in the settings of your Infusionsoft account, or delete the connector.</p>`,
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
    title: `${isDenied ? 'Access not allowed' : 'Infusionsoft reported a problem'}: ${target.name}`,
    host,
    content: html`<h1>${isDenied ? 'Access was not allowed' : 'Infusionsoft reported a problem'}</h1>
<p>Nothing was connected: the connector <strong>${target.name}</strong> in the namespace <strong>${target.namespace}</strong> got no new access to your Infusionsoft account.</p>
${isDenied ? html`<p>If that is what you wanted, close this window.</p>` : html`<p>The problem was <code>${outcome}</code>. Whoever looks after the connector should compare its OAuth app with the registration at Keap: client id, callback URL, and whether the app is active.</p>`}
<h2>To try again</h2>
<p>Open <a href="${startUrl}">the start page</a>. The one-time code is still good.</p>`,
  });
}
