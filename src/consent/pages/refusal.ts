import { type Html, html } from '../http/html.ts';
import { layout } from './layout.ts';

/** The one page for every request that cannot go on. It tells a stranger nothing, and a person what to do. */
export function refusalPage(host: string): Html {
  return layout({
    title: 'This step is not possible now',
    host,
    content: html`<h1>This step is not possible now</h1>
<p>Nothing was connected by this request. The usual reasons:</p>
<ul>
<li>More than 15 minutes have passed.</li>
<li>This step was done before; the Back button leads here.</li>
<li>It was begun in another browser or window, or this browser keeps no cookies.</li>
<li>The connector was changed meanwhile.</li>
</ul>
<h2>What to do</h2>
<p>Did the page before say that access is allowed? Then all is well: close this window. Otherwise start again, at the address that this command shows:</p>
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
