import { oneTimeCodeSecretNameOf } from '../../api/defaults.ts';
import { PROVIDER } from '../../provider/names.ts';
import type { NamespacedName } from '../connector-name.ts';
import { type Html, html } from '../http/html.ts';
import { layout } from './layout.ts';

/** The start page. It is the same whether or not the connector exists. */
export interface StartPage {
  readonly host: string;
  readonly target: NamespacedName;
  /** Target of the form. */
  readonly action: string;
  /** Proves that the form was issued to this browser. */
  readonly proof: string;
  /** Why the previous code was not accepted. */
  readonly problem?: 'wrong' | 'too-many' | undefined;
}

export function startPage({ host, target, action, proof, problem }: StartPage): Html {
  const { namespace, name } = target;
  const secret = oneTimeCodeSecretNameOf({ metadata: { name } });
  const described = problem === undefined ? 'where' : 'problem where';
  return layout({
    title: `${problem === undefined ? '' : 'Not accepted: '}Connect ${name} to ${PROVIDER.product}`,
    host,
    content: html`${problem && problemNote(problem, target)}<h1>Connect an ${PROVIDER.product} account</h1>
<p>The connector <strong>${name}</strong> in the namespace <strong>${namespace}</strong> requests access to an ${PROVIDER.product} (${PROVIDER.vendor}) account. Enter its one-time code. The next page shows which data goes where. Nothing is connected until you allow it at ${PROVIDER.product}.</p>
<form method="post" action="${action}">
<input type="hidden" name="form" value="${proof}">
<label for="code">One-time code</label>
<input id="code" name="code" type="text" required maxlength="64" autofocus autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="${described}"${problem && html` aria-invalid="true"`}>
<button type="submit">Continue</button>
</form>
<h2>Where to find the code</h2>
<p id="where" class="hint">It is in the Secret <code>${secret}</code>. Run this command, or ask an administrator of the connector to run it:</p>
<pre><code>kubectl get secret ${secret} -n ${namespace} -o jsonpath='{.data.code}' | base64 -d</code></pre>
<div class="note"><p><strong>Did you receive this link together with a code?</strong></p>
<p>Continue only if you know the sender and agreed to this. The sender decides where the data of your ${PROVIDER.product} account goes.</p></div>`,
  });
}

function problemNote(problem: 'wrong' | 'too-many', { namespace, name }: NamespacedName): Html {
  const text =
    problem === 'wrong'
      ? html`<p><strong>This code was not accepted.</strong></p>
<p>Get the current code with the command below. The code changes after each consent. If the Secret does not exist, the connector does not wait for a consent: check its status with <code>kubectl describe ifc ${name} -n ${namespace}</code>.</p>`
      : html`<p><strong>This code was not accepted, and there were too many wrong codes.</strong></p>
<p>Wait a minute, then get the current code with the command below.</p>`;
  return html`<div class="error" id="problem" role="alert">${text}</div>
`;
}
