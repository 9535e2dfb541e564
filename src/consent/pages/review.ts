import { PROVIDER } from '../../provider/names.ts';
import type { NamespacedName } from '../connector-name.ts';
import { type Html, html } from '../http/html.ts';
import type { ConsentFacts } from '../records.ts';
import { layout } from './layout.ts';

/** The review page: who requests access, and which data goes where. */
export interface ReviewPage {
  readonly host: string;
  readonly target: NamespacedName;
  readonly clusterId: string;
  readonly facts: ConsentFacts;
  /** Host of the provider's page. */
  readonly providerHost: string;
  /** URL that redirects to the provider. */
  readonly leave: string;
  /** End of the consent, milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function reviewPage(review: ReviewPage): Html {
  const { host, target, clusterId, facts, providerHost, leave, expiresAt } = review;
  const until = new Date(expiresAt).toISOString().slice(11, 16);
  return layout({
    title: `Review the access: ${target.name}`,
    host,
    content: html`<h1>Do you want to connect this account?</h1>
<p>If you allow access at ${PROVIDER.product}, this data is shared:</p>
<div class="way">
<section><h2>From</h2>
<p class="big">${facts.server ?? `The ${PROVIDER.product} account you sign in to`}</p>
<p>${facts.server === undefined ? 'All' : `The ${PROVIDER.product} account: all`} contacts, orders and other data that it lets applications read and write (scope “${facts.scope}”).</p></section>
<section><h2>To</h2>
<p class="big">SAP Open Connectors</p>
<p>at <strong>${facts.apiHost}</strong>, ${facts.account === undefined ? html`with the default account of the operator` : html`with the account <strong>${facts.account}</strong>`}, and from there to every application that can read the Secret <strong>${facts.connectionSecret}</strong> in the namespace <strong>${target.namespace}</strong>.</p></section>
</div>
<h2>Requested by</h2>
<dl>
<div><dt>Connector</dt><dd><strong>${target.name}</strong> (${facts.connector})</dd></div>
<div><dt>Namespace</dt><dd><strong>${target.namespace}</strong></dd></div>
<div><dt>Cluster</dt><dd>${clusterId}</dd></div>
<div><dt>OAuth app</dt><dd>${facts.clientId}</dd></div>
</dl>
<p>Sign in at ${PROVIDER.product}, ${facts.server === undefined ? 'choose the account' : html`choose <strong>${facts.server}</strong>`} and press “Allow”. You then return to this site.</p>
<a class="button" href="${leave}" rel="noreferrer">Continue to ${providerHost}</a>
<p class="hint">Not what you expected? Close this window. Nothing is connected yet. You can continue until ${until} UTC.</p>`,
  });
}
