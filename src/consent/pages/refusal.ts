import { type Html, html } from '../http/html.ts';
import { layout } from './layout.ts';

/** The page for every refused request. It is the same for all reasons, so that it reveals nothing. */
export function refusalPage(host: string): Html {
  return layout({
    title: 'This step is not possible now',
    host,
    content: html`<h1>This step is not possible now</h1>
<p>Nothing was connected by this request. Common reasons:</p>
<ul>
<li>More than 15 minutes passed.</li>
<li>This step was already completed, for example if you used the Back button.</li>
<li>It was started in another browser, or this browser blocks cookies.</li>
<li>The connector changed since you started.</li>
</ul>
<h2>What to do</h2>
<p>If the previous page said “Access granted”, close this window. Otherwise start again. This command shows where:</p>
<pre><code>kubectl describe ifc NAME -n NAMESPACE</code></pre>`,
  });
}

/** The page for too many requests. */
export function busyPage(host: string): Html {
  return layout({
    title: 'Try again in a moment',
    host,
    content: html`<h1>Try again in a moment</h1>
<p>There are too many requests. Wait a few seconds, then reload this page. Nothing was lost.</p>`,
  });
}

/** The page for a failure. `advice` says what to do; the user has entered the one-time code. */
export function failurePage(host: string, advice: Html): Html {
  return layout({
    title: 'Something went wrong',
    host,
    content: html`<h1>Something went wrong</h1>
<p>Nothing was connected.</p>
${advice}`,
  });
}
