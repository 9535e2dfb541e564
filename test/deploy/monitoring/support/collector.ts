import { createServer } from 'node:http';
import { z } from 'zod';

const value = z.looseObject({
  stringValue: z.string().optional(),
  intValue: z.union([z.string(), z.number()]).optional(),
});
const attributes = z.array(z.object({ key: z.string(), value }));
const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({ name: z.string(), traceId: z.string(), attributes: attributes.default([]) }),
          ),
        }),
      ),
    }),
  ),
});

/** What a collector was sent. */
export interface Received {
  readonly path: string;
  readonly body: string;
}

/** A collector for OTLP over HTTP with JSON, on the loopback interface. */
export interface Collector {
  readonly endpoint: string;
  readonly requests: readonly Received[];
  /** The names of all spans so far. */
  spanNames(): readonly string[];
  /** The text attributes of the resource that sent them. */
  resource(): Readonly<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const parsed = () => requests.flatMap(({ body }) => exportRequest.parse(JSON.parse(body)).resourceSpans);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    spanNames: () =>
      parsed().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))),
    resource: () =>
      Object.fromEntries(
        parsed().flatMap(({ resource }) =>
          resource.attributes.map(({ key, value: of }) => [key, of.stringValue]),
        ),
      ),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
