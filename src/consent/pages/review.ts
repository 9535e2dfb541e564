import type { NamespacedName } from '../connector-name.ts';
import { type Html, html } from '../http/html.ts';
import type { ConsentFacts } from '../records.ts';
import { layout } from './layout.ts';

/** The page between the code and the provider: who asks, and whose data goes where. */
export interface ReviewPage {
  readonly host: string;
  readonly target: NamespacedName;
  readonly clusterId: string;
  readonly facts: ConsentFacts;
  /** Host of the provider's page. */
  readonly providerHost: string;
  /** The way on. */
  readonly leave: string;
  /** Until when the way on is open, milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function reviewPage(review: ReviewPage): Html {
  const { host, target: locator, clusterId, facts, providerHost, leave, expiresAt } = review;
  const until = new Date(expiresAt).toISOString().slice(11, 16);
  return layout({
    title: `Whose data goes where: ${locator.name}`,
    host,
    content: html`<h1>Do you want to connect this account?</h1>
<p>If you allow access at Infusionsoft, this data will flow:</p>
<div class="way">
<section><h2>From</h2>
<p class="big">${facts.server ?? 'The Infusionsoft account you sign in to'}</p>
<p>${facts.server === undefined ? 'All' : 'The Infusionsoft account: all'} contacts, orders and other data that it lets applications read and write (scope “${facts.scope}”).</p></section>
<section><h2>To</h2>
<p class="big">SAP Open Connectors</p>
<p>at <strong>${facts.apiHost}</strong>, ${facts.account === undefined ? html`with the account of this installation` : html`with the account <strong>${facts.account}</strong>`}, and from there to every application that may read the Secret <strong>${facts.connectionSecret}</strong> in the namespace <strong>${locator.namespace}</strong>.</p></section>
</div>
<h2>Who asks</h2>
<dl>
<div><dt>Connector</dt><dd><strong>${locator.name}</strong> (${facts.connector})</dd></div>
<div><dt>Namespace</dt><dd><strong>${locator.namespace}</strong></dd></div>
<div><dt>Cluster</dt><dd>${clusterId}</dd></div>
<div><dt>OAuth app</dt><dd>${facts.clientId}</dd></div>
</dl>
<p>Infusionsoft will ask you to sign in. ${facts.server === undefined ? 'Choose the account that you mean' : html`Choose <strong>${facts.server}</strong>`}, and press “Allow”. Then you come back here.</p>
<a class="button" href="${leave}" rel="noreferrer">Continue to ${providerHost}</a>
<p class="hint">Not what you expected? Close this window: nothing has been connected. You can go on until ${until} UTC.</p>`,
  });
}
