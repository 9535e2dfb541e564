import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { type ProviderApp, ProviderError } from '../provider.ts';
import { type Answer, escapeHtml, html, json } from '../wire.ts';

/** Where the provider's pages are; in production they are on hosts of their own. */
export const authorizePath = '/provider/app/oauth/authorize';
export const tokenPath = '/provider/token';

const fields = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state'] as const;

type Parameters = Readonly<Record<(typeof fields)[number], string>>;

function parametersOf(input: URLSearchParams): Parameters {
  const [client_id = '', redirect_uri = '', response_type = '', scope = '', state = ''] = fields.map(
    (name) => input.get(name) ?? '',
  );
  return { client_id, redirect_uri, response_type, scope, state };
}

const sorry = (text: string): Answer => html(400, 'Authorization failed', `<p>${escapeHtml(text)}</p>`);

/** The application that asks, or the page that says why a person is not sent back to it (RFC 6749 4.1.2.1). */
function applicationFor(context: Context, parameters: Parameters): ProviderApp | Answer {
  const app = context.provider.findApp(parameters.client_id);
  if (app === undefined) {
    return sorry('This application is not known.');
  }
  if (!context.provider.acceptsCallback(app, parameters.redirect_uri)) {
    return sorry('The callback URL is not registered for this application.');
  }
  return app;
}

function redirect(parameters: Parameters, answer: Readonly<Record<string, string>>): Answer {
  const location = new URL(parameters.redirect_uri);
  for (const [name, value] of Object.entries(answer)) {
    location.searchParams.set(name, value);
  }
  if (parameters.state !== '') {
    location.searchParams.set('state', parameters.state);
  }
  return { status: 302, headers: { Location: location.href, 'Cache-Control': 'no-store' }, body: '' };
}

const isAnswer = (value: ProviderApp | Answer): value is Answer => 'status' in value;

/** The page that asks a person. `scope` and `response_type` have one legal value each at Keap. */
export function showConsent(context: Context, query: URLSearchParams): Answer {
  const parameters = parametersOf(query);
  const app = applicationFor(context, parameters);
  if (isAnswer(app)) {
    return app;
  }
  if (parameters.response_type !== 'code') {
    return redirect(parameters, { error: 'unsupported_response_type' });
  }
  if (parameters.scope !== 'full') {
    return redirect(parameters, { error: 'invalid_scope' });
  }
  const inputs = fields.map(
    (name) => `<input type="hidden" name="${name}" value="${escapeHtml(parameters[name])}">`,
  );
  return html(
    200,
    'Allow access?',
    `<p>The application <b>${escapeHtml(app.clientId)}</b> asks for access to your Infusionsoft account.</p>
<p>You will return to <b>${escapeHtml(new URL(parameters.redirect_uri).host)}</b>.</p>
<form method="post" action="${authorizePath}">${inputs.join('')}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>`,
  );
}

/** What the person answered: back to the callback URL with a code, or with `access_denied`. */
export function decideConsent(context: Context, form: URLSearchParams): Answer {
  const parameters = parametersOf(form);
  const app = applicationFor(context, parameters);
  if (isAnswer(app)) {
    return app;
  }
  if (form.get('decision') !== 'allow') {
    return redirect(parameters, { error: 'access_denied', error_description: 'The user denied the request' });
  }
  const { client_id: clientId, redirect_uri: callbackUrl, scope } = parameters;
  return redirect(parameters, { code: context.provider.issueCode({ clientId, callbackUrl, scope }) });
}

/** The client's id and secret, from the form or from a `Basic` header. */
function clientOf(
  form: URLSearchParams,
  authorization: string | undefined,
): { clientId: string; clientSecret: string } {
  const [, encoded] = /^Basic (\S+)$/.exec(authorization ?? '') ?? [];
  const [id = '', secret = ''] =
    encoded === undefined ? [] : Buffer.from(encoded, 'base64').toString().split(':');
  return { clientId: form.get('client_id') ?? id, clientSecret: form.get('client_secret') ?? secret };
}

/** The token endpoint, for those who exchange a code themselves to get a refresh token. */
export function exchangeToken(
  context: Context,
  form: URLSearchParams,
  authorization: string | undefined,
): Answer {
  const client = clientOf(form, authorization);
  try {
    const tokens =
      form.get('grant_type') === 'refresh_token'
        ? context.provider.refresh({ ...client, refreshToken: form.get('refresh_token') ?? '' })
        : context.provider.exchange({
            ...client,
            code: form.get('code') ?? '',
            callbackUrl: form.get('redirect_uri') ?? '',
          });
    return json(200, {
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken,
      token_type: 'bearer',
      expires_in: tokens.expiresInSeconds,
      scope: 'full',
    });
  } catch (error) {
    if (error instanceof ProviderError) {
      return { ...json(error.status, null), body: error.body() };
    }
    throw error;
  }
}

/** No page of the provider. */
export const noPage = (): ApiError => new ApiError(404, 'Not Found');
