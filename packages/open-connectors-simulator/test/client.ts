import { Agent, type Dispatcher, request } from 'undici';
import { parseJson } from '../src/body.ts';
import { apiPrefix } from '../src/dispatch.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/simulator.ts';

/** A response. `json` is `undefined` if the body is empty or not JSON. */
export interface Seen {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly json: unknown;
}

export interface CallOptions {
  readonly body?: unknown;
  /** Replaces the header of the default credentials. */
  readonly authorization?: string;
  /** Instance token, added to the header. */
  readonly element?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export type Call = (method: Dispatcher.HttpMethod, path: string, options?: CallOptions) => Promise<Seen>;

export interface Running extends AsyncDisposable {
  readonly simulator: Simulator;
  /** Calls the API, `path` being below its prefix. */
  readonly call: Call;
  /** Calls any URL of the server. */
  readonly open: (method: Dispatcher.HttpMethod, url: string, options?: CallOptions) => Promise<Seen>;
}

/** A simulator and an https client for one test. */
export async function running(options?: SimulatorOptions): Promise<Running> {
  const simulator = await startSimulator(options);
  const dispatcher = new Agent({ connect: { ca: simulator.caPem } });

  const open: Running['open'] = async (method, url, { body, headers, signal } = {}) => {
    const answer = await request(url, {
      dispatcher,
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, json: parseJson(text) };
  };

  return {
    simulator,
    open,
    call(method, path, { authorization, element, headers, ...rest } = {}) {
      const { userSecret, organizationSecret } = simulator.credentials;
      const account = authorization ?? `User ${userSecret}, Organization ${organizationSecret}`;
      const whole = element === undefined ? account : `${account}, Element ${element}`;
      return open(method, `${simulator.baseUrl}${apiPrefix}${path}`, {
        ...rest,
        headers: { ...(whole === '' ? {} : { authorization: whole }), ...headers },
      });
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
      await simulator.stop();
    },
  };
}

export const callbackUrl = 'https://connect.example.com/oauth/callback';

/** The configuration of an infusionsoftcrm instance that works with the default application. */
export const crmConfiguration = ({ app }: Simulator): Record<string, string> => ({
  'oauth.api.key': app.clientId,
  'oauth.api.secret': app.clientSecret,
  'oauth.callback.url': callbackUrl,
  'infusionsoft.server': 'dt123.infusionsoft.com',
  'infusionsoft.private.key': 'the-encrypted-key',
});

/** The body of a create that succeeds. */
export const createBody = (simulator: Simulator, overrides: Record<string, unknown> = {}) => ({
  element: { key: 'infusionsoftcrm' },
  name: 'crm',
  tags: ['team-sales'],
  providerData: { code: simulator.issueCode({ callbackUrl }) },
  configuration: crmConfiguration(simulator),
  ...overrides,
});
