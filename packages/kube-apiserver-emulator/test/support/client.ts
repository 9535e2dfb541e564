import { Agent, fetch, type Response } from 'undici';

/** A response with its parsed body. */
export interface Reply {
  readonly status: number;
  readonly headers: Response['headers'];
  /** Parsed JSON, or the text. Typed loosely, because tests assert its shape. */
  readonly body: Json;
}

/** JSON with untyped access to nested fields. */
export interface Json {
  readonly [field: string]: Json;
}

/** The items of a JSON list; none if it is absent. */
export function elements(json: Json | undefined): readonly Json[] {
  const value: unknown = json ?? [];
  if (!Array.isArray(value)) {
    throw new Error('this is no list');
  }
  return value;
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: Json;
}

/** An open watch. */
export interface Watch {
  readonly status: number;
  /** The next event; fails when the stream ends first. */
  next(): Promise<WatchEvent>;
  /** All events until the server ends the stream. Fails when the connection breaks. */
  rest(): Promise<WatchEvent[]>;
  close(): void;
}

/** The options of a request. */
export interface RequestOptions {
  readonly accept?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the Kubernetes API without a client library, to test raw responses. */
export class Client {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent: Agent;
  #count = 0;

  constructor(
    server: { readonly url: string; readonly caPem: string; readonly token: string },
    agent?: Agent,
  ) {
    this.#url = server.url;
    this.#headers = { authorization: `Bearer ${server.token}`, 'user-agent': 'protocol-tests' };
    this.#agent = agent ?? new Agent({ connect: { ca: server.caPem }, allowH2: false });
  }

  /** A client of the same server for another user. Closed with this client. */
  as(token: string): Client {
    return new Client({ url: this.#url, caPem: '', token }, this.#agent);
  }

  async request(method: string, path: string, body?: unknown, options: RequestOptions = {}): Promise<Reply> {
    const response = await this.#open(method, path, body, options);
    const text = await response.text();
    // Real servers send their OpenAPI document as octets.
    const isJson = text.startsWith('{');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : asJson(text),
    };
  }

  get(path: string, options?: RequestOptions): Promise<Reply> {
    return this.request('GET', path, undefined, options);
  }

  post(path: string, body: unknown, options?: RequestOptions): Promise<Reply> {
    return this.request('POST', path, body, options);
  }

  put(path: string, body: unknown, options?: RequestOptions): Promise<Reply> {
    return this.request('PUT', path, body, options);
  }

  delete(path: string, body?: unknown, options?: RequestOptions): Promise<Reply> {
    return this.request('DELETE', path, body, options);
  }

  mergePatch(path: string, body: unknown): Promise<Reply> {
    return this.request('PATCH', path, body, { contentType: 'application/merge-patch+json' });
  }

  jsonPatch(path: string, body: unknown): Promise<Reply> {
    return this.request('PATCH', path, body, { contentType: 'application/json-patch+json' });
  }

  strategicPatch(path: string, body: unknown): Promise<Reply> {
    return this.request('PATCH', path, body, { contentType: 'application/strategic-merge-patch+json' });
  }

  /** Server-side apply; `query` holds fieldManager and what else there is. */
  apply(path: string, body: unknown, query = 'fieldManager=tests'): Promise<Reply> {
    return this.request('PATCH', `${path}?${query}`, body, { contentType: 'application/apply-patch+yaml' });
  }

  async watch(path: string, options: RequestOptions = {}): Promise<Watch> {
    const abort = new AbortController();
    const response = await this.#open('GET', path, undefined, options, abort.signal);
    const events = readEvents(response);
    return {
      status: response.status,
      async next() {
        const { value, done } = await events.next();
        if (done === true) {
          throw new Error('the watch ended');
        }
        return value;
      },
      async rest() {
        const all: WatchEvent[] = [];
        for await (const event of events) {
          all.push(event);
        }
        return all;
      },
      close: () => abort.abort(),
    };
  }

  /** A new namespace. */
  async namespace(): Promise<string> {
    const name = `test-${++this.#count}-${Math.floor(performance.now())}`;
    const { status } = await this.post('/api/v1/namespaces', { metadata: { name } });
    if (status !== 201) {
      throw new Error(`the namespace was answered with ${status}`);
    }
    return name;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #open(
    method: string,
    path: string,
    body: unknown,
    options: RequestOptions,
    signal?: AbortSignal,
  ): Promise<Response> {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    return fetch(this.#url + path, {
      method,
      dispatcher: this.#agent,
      headers: {
        ...this.#headers,
        ...(body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
        ...(options.accept === undefined ? {} : { accept: options.accept }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** Wraps a text as JSON. */
function asJson(text: string): Json {
  return JSON.parse(JSON.stringify(text));
}

async function* readEvents(response: Response): AsyncGenerator<WatchEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      yield JSON.parse(line);
    }
  }
}
