import { type Html, html } from '../html.ts';
import { layout } from './layout.ts';

/** The one page for every request that cannot go on. It tells a stranger nothing, and a person what to do. */
export function refusalPage(host: string): Html {
  return layout({
    title: 'This cannot go on',
    host,
    content: html`<h1>This page cannot go on</h1>
<p>Nothing was connected by this request.</p>
<p>The usual reasons are that more than 15 minutes went by, that this step was done before (the Back button leads here), that it was begun in another browser or a private window, that this browser keeps no cookies, or that the connector was changed meanwhile.</p>
<h2>What to do</h2>
<p>If the last page said that access is allowed, all is well: close this window. Otherwise start again at the address that this command shows:</p>
<pre><code>kubectl describe ifc NAME -n NAMESPACE</code></pre>`,
  });
}

/** Too many requests at once; nothing was used up. */
export function busyPage(host: string): Html {
  return layout({
    title: 'Please try again in a moment',
    host,
    content: html`<h1>Please try again in a moment</h1>
<p>There are too many requests just now. Nothing was lost: wait a few seconds, then reload this page.</p>`,
  });
}

/** Something of ours is in the way. `advice` names it for the person, who has proven authority over the connector. */
export function troublePage(host: string, advice: Html): Html {
  return layout({
    title: 'This does not work just now',
    host,
    content: html`<h1>This does not work just now</h1>
<p>Nothing was connected.</p>
${advice}`,
  });
}
