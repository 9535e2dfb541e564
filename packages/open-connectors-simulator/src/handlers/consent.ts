import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { type ProviderApp, ProviderError } from '../provider.ts';
import { type Answer, escapeHtml, html, json } from '../wire.ts';

/** Paths of the provider, which has its own hosts in production. */
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

/** The OAuth client, or an error page instead of a redirect to an unproven callback URL (RFC 6749 4.1.2.1). */
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

/** The consent page. Keap accepts one value of `scope` and of `response_type`. */
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

/** Redirects to the callback URL with a code, or with `access_denied`. */
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

/** The token endpoint, for clients that exchange a code themselves. */
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

/** The error for an unknown page of the provider. */
export const noPage = (): ApiError => new ApiError(404, 'Not Found');
