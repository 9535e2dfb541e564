import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { ListenError, type Listener, listen, type RequestHandler } from '../../../src/http/listener.ts';
import { text } from '../../../src/http/routes.ts';

const opened: Listener[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((listener) => listener.close()));
});

async function serve(
  handle: RequestHandler,
  onError: (error: unknown) => void = () => undefined,
): Promise<Listener> {
  const listener = await listen({ name: 'METRICS_PORT', address: '127.0.0.1', port: 0, handle, onError });
  opened.push(listener);
  return listener;
}

/** Sends bytes as they are and resolves with all that comes back before the connection ends. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(received) : reject(error),
    );
  });
}

describe('a request', () => {
  test('is routed to the handler of its path, whose response is returned', async () => {
    const { port } = await serve((request) =>
      text(200, `${request.method} ${new URL(request.url).pathname}\n`),
    );
    const response = await fetch(`http://127.0.0.1:${port}/a/b?c=d`);

    expect(response.status).toBe(200);
    expect(await response.text()).toBe('GET /a/b\n');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('by HEAD has the headers of a GET and no body', async () => {
    const { port } = await serve(() => text(200, 'body\n'));
    const answer = await raw(port, 'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');

    expect(answer).toMatch(/content-length: 5\r\n/i);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  test('responds without waiting for a request body', async () => {
    const { port } = await serve(() => text(405, 'no\n'));
    const answer = await raw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1.1 405 /);
  });

  test.each([
    [
      'a target that is no path',
      'GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
    ],
    ['a TRACE', 'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['headers beyond 8 KiB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(9_000)}\r\n\r\n`, 431],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
  ])('%s is refused without the handler', async (_title, bytes, status) => {
    let calls = 0;
    const { port } = await serve(() => {
      calls += 1;
      return text(200, '');
    });

    expect(await raw(port, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(calls).toBe(0);
  });

  test('a handler that fails is a 500 without a word of the error', async () => {
    const errors: unknown[] = [];
    const { port } = await serve(
      () => Promise.reject(new Error('a secret')),
      (error) => errors.push(error),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`);

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
    expect(errors).toEqual([new Error('a secret')]);
  });
});

describe('a port', () => {
  test('that is taken is one clear sentence with the setting and the port', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const failure = listen({
      name: 'HEALTH_PORT',
      address: '127.0.0.1',
      port,
      handle: () => text(200, ''),
      onError: () => undefined,
    });

    await expect(failure).rejects.toBeInstanceOf(ListenError);
    await expect(failure).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `HEALTH_PORT: cannot listen on port ${port} of 127.0.0.1: another process listens there (EADDRINUSE)`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  test('closes immediately, also during a request without a response', async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    const { port, close } = await serve(() => {
      resolve();
      return new Promise<Response>(() => undefined);
    });
    const request = fetch(`http://127.0.0.1:${port}/`);
    await reached;
    await close();

    await expect(request).rejects.toThrow();
  });

  test('is free again after close, with connections that were kept open', async () => {
    const { port, close } = await serve(() => text(200, ''));
    await fetch(`http://127.0.0.1:${port}/`);
    await close();
    const again = await listen({
      name: 'METRICS_PORT',
      address: '127.0.0.1',
      port,
      handle: () => text(200, ''),
      onError: () => undefined,
    });
    opened.push(again);

    expect(again.port).toBe(port);
  });
});
