import { readFileSync } from 'node:fs';
import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';

const instanceSchema = z.object({ id: z.number(), token: z.string() });

/** What a new instance needs. */
export interface NewInstance {
  readonly name: string;
  readonly tag: string;
  readonly code: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The necessary calls of Open Connectors, without retries. Each throws for an error response. */
export interface Remote {
  create(instance: NewInstance): Promise<z.infer<typeof instanceSchema>>;
  ping(token: string): Promise<void>;
  /** Reads, deletes and reads again. */
  remove(id: number | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Connects to the host of `ALLOWED_HOSTS`, with `connections` calls at a time. */
export function connectRemote(
  credentials: { readonly user: string; readonly organization: string },
  connections: number,
): Remote {
  const pool = new Pool(`https://${process.env['ALLOWED_HOSTS'] ?? ''}`, {
    connections,
    connect: { ca: readFileSync(process.env['CA_FILE'] ?? '', 'utf8') },
  });

  async function call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    more: { readonly body?: object; readonly token?: string; readonly accepted?: readonly number[] } = {},
  ): Promise<unknown> {
    const element = more.token === undefined ? '' : `, Element ${more.token}`;
    const answer = await pool.request({
      method,
      path: `/elements/api-v2${path}`,
      headers: {
        authorization: `User ${credentials.user}, Organization ${credentials.organization}${element}`,
        'content-type': 'application/json',
      },
      body: more.body === undefined ? null : JSON.stringify(more.body),
    });
    return await bodyOf(answer, `${method} ${path}`, more.accepted ?? []);
  }

  return {
    async create({ name, tag, code, clientId, clientSecret }) {
      const body = {
        name,
        element: { key: 'infusionsoftrest' },
        tags: [tag],
        providerData: { code },
        configuration: {
          'oauth.api.key': clientId,
          'oauth.api.secret': clientSecret,
          'oauth.callback.url': 'https://connect.example.com/oauth/callback',
        },
      };
      return instanceSchema.parse(await call('POST', '/instances', { body }));
    },
    async ping(token) {
      await call('GET', '/hubs/crm/ping', { token });
    },
    async remove(id) {
      await call('GET', `/instances/${id}`);
      await call('DELETE', `/instances/${id}`);
      await call('GET', `/instances/${id}`, { accepted: [404] });
    },
    close: () => pool.close(),
  };
}

/** The parsed body of a response. Throws for an error status that is not in `accepted`. */
export async function bodyOf(
  answer: Dispatcher.ResponseData,
  what: string,
  accepted: readonly number[],
): Promise<unknown> {
  const text = await answer.body.text();
  if (answer.statusCode >= 300 && !accepted.includes(answer.statusCode)) {
    throw new Error(`${what}: ${answer.statusCode}`);
  }
  return text === '' ? undefined : JSON.parse(text);
}
