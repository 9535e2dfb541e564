import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';

/** An answer of an API server: any status, the body parsed where it is JSON and as text where it is not. */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Plain requests to the API server, for bodies that a typed client would change (it drops unknown fields). Every status
 * is a response.
 */
export interface Rest {
  request(
    method: string,
    path: string,
    body?: unknown,
    options?: { readonly contentType?: string },
  ): Promise<RestAnswer>;
  /** Opens a request with an endless response, such as a watch. The caller must `destroy` it. */
  stream(path: string): Promise<IncomingMessage>;
}

/** Rejects without a response (refused, reset, invalid certificate). */
export function createRest(kubeconfig: string): Rest {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('The kubeconfig names no current cluster');
  }
  const { server, proxyUrl } = cluster;

  // Connections are kept, because a handshake costs more than most requests; idle ones keep no process alive.
  const agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  };

  async function open(
    method: string,
    path: string,
    payload: string | undefined,
    contentType: string,
  ): Promise<IncomingMessage> {
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const url = new URL(server + path);
    const [send, agent] =
      url.protocol === 'http:' ? [httpRequest, agents['http:']] : [httpsRequest, agents['https:']];
    return new Promise((resolve, reject) => {
      const outgoing = send(
        url,
        {
          ...options,
          ...(proxyUrl === undefined ? { agent } : {}),
          method,
          headers: {
            ...options.headers,
            Accept: 'application/json',
            'Content-Type': contentType,
            // Node sets no length for a DELETE with a body, and the server would parse the body as the next request.
            ...(payload !== undefined && { 'Content-Length': Buffer.byteLength(payload) }),
          },
        },
        resolve,
      );
      outgoing.once('error', reject);
      outgoing.end(payload);
    });
  }

  return {
    async request(method, path, body, options = {}) {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const contentType = options.contentType ?? 'application/json';
      const answer = await open(method, path, payload, contentType);
      const raw = await text(answer);
      const json = answer.headers['content-type']?.startsWith('application/json') === true;
      return { status: answer.statusCode ?? 0, body: json ? (JSON.parse(raw) as unknown) : raw };
    },
    stream: (path) => open('GET', path, undefined, 'application/json'),
  };
}
