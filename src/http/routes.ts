import type { RequestHandler } from './listener.ts';

/** Answers GET and HEAD of each path by its handler; 405 for other methods, 404 for other paths. */
export function routes(handlers: Readonly<Record<string, RequestHandler>>): RequestHandler {
  return (request) => {
    const { pathname } = new URL(request.url);
    const handler = Object.hasOwn(handlers, pathname) ? handlers[pathname] : undefined;
    if (handler === undefined) {
      return text(404, 'not found\n');
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return text(405, 'method not allowed\n', { allow: 'GET, HEAD' });
    }
    return handler(request);
  };
}

/** A plain text response that must not be cached. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}
