import { oneTimeCodeSecretNameOf } from '../../api/defaults.ts';
import type { NamespacedName } from '../connector-name.ts';
import { type Html, html } from '../http/html.ts';
import { layout } from './layout.ts';

/** The page that asks for the one-time code. It says the same whether or not there is such a connector. */
export interface StartPage {
  readonly host: string;
  readonly target: NamespacedName;
  /** Where the form goes. */
  readonly action: string;
  /** Proves that the form was given to this browser. */
  readonly proof: string;
  /** What was wrong with the try before. */
  readonly problem?: 'wrong' | 'too-many' | undefined;
}

export function startPage({ host, target: locator, action, proof, problem }: StartPage): Html {
  const { namespace, name } = locator;
  const secret = oneTimeCodeSecretNameOf({ metadata: { name } });
  const described = problem === undefined ? 'where' : 'problem where';
  return layout({
    title: `${problem === undefined ? '' : 'Not accepted: '}Connect ${name} to Infusionsoft`,
    host,
    content: html`${problem && problemNote(problem, locator)}<h1>Connect an Infusionsoft account</h1>
<p>The connector <strong>${name}</strong> in the namespace <strong>${namespace}</strong> asks for access to an Infusionsoft (Keap) account. Enter its one-time code to see whose data would go where. Nothing is connected before you agree.</p>
<form method="post" action="${action}">
<input type="hidden" name="form" value="${proof}">
<label for="code">One-time code</label>
<input id="code" name="code" type="text" required maxlength="64" autofocus autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="${described}"${problem && html` aria-invalid="true"`}>
<button type="submit">Continue</button>
</form>
<h2>Where to find the code</h2>
<p id="where" class="hint">Those who look after the connector read it from the Secret <code>${secret}</code>:</p>
<pre><code>kubectl get secret ${secret} -n ${namespace} -o jsonpath='{.data.code}' | base64 -d</code></pre>
<div class="note"><p><strong>Did somebody send you this link together with a code?</strong></p>
<p>Go on only if you know who it is and agreed on this. Whoever can read the code decides where the data of your Infusionsoft account goes.</p></div>`,
  });
}

function problemNote(problem: 'wrong' | 'too-many', { namespace, name }: NamespacedName): Html {
  const text =
    problem === 'wrong'
      ? html`<p><strong>This code was not accepted.</strong></p>
<p>Read it again with the command below: a code ends with its use, and a new one takes its place. If there is no such Secret, the connector is not waiting for anybody: <code>kubectl describe ifc ${name} -n ${namespace}</code> says what it is doing.</p>`
      : html`<p><strong>This code was not accepted, and many wrong ones were entered here.</strong></p>
<p>Wait a minute, then read the code again with the command below.</p>`;
  return html`<div class="error" id="problem" role="alert">${text}</div>
`;
}
