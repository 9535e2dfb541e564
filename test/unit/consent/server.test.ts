import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { afterEach, describe, expect, test } from 'vitest';
import type { ConsentHandler } from '../../../src/consent/handler.ts';
import { type ConsentServer, startConsentServer } from '../../../src/consent/http/server.ts';
import { createTlsFiles, type TlsFiles } from '../../../src/consent/http/tls.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const servers: ConsentServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(0)));
});

/** A server that is stopped after the test. */
async function serve(
  handler: ConsentHandler,
  tls?: TlsFiles,
  defects: unknown[] = [],
): Promise<ConsentServer> {
  const server = await startConsentServer({
    handler,
    origin: 'https://connect.example.com',
    port: 0,
    bindAddress: '127.0.0.1',
    tls,
    clock: systemClock,
    onDefect: (error) => void defects.push(error),
  });
  servers.push(server);
  return server;
}

const echo: ConsentHandler = async (request) =>
  Response.json({
    url: request.url,
    method: request.method,
    type: request.headers.get('content-type'),
    cookie: request.headers.get('cookie'),
    body: await request.text(),
  });

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(port: number, method: string, path: string, headers = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends raw bytes and returns the first line of the response. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

describe('the server of the consent pages', () => {
  test.each([
    [{ host: 'evil.example' }, '/oauth/callback?code=c'],
    [
      { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
      '/oauth/callback?code=c',
    ],
    [{ forwarded: 'host=evil.example;proto=http' }, '/oauth/callback?code=c'],
  ])('ignores the host of a request: %o', async (headers, path) => {
    const { port } = await serve(echo);
    const { body } = await ask(port, 'GET', path, headers);
    expect(JSON.parse(body)).toMatchObject({ url: `https://connect.example.com${path}`, method: 'GET' });
  });

  test('ignores an absolute request target', async () => {
    const { port } = await serve(echo);
    const { body } = await ask(port, 'GET', 'http://evil.example/connect/a/b');
    expect(JSON.parse(body)).toMatchObject({ url: 'https://connect.example.com/' });
    const slashes = await ask(port, 'GET', '//evil.example/connect/a/b');
    expect(new URL(JSON.parse(slashes.body).url).host).toBe('connect.example.com');
  });

  test('passes the request to the handler, and all cookies to the browser', async () => {
    const { port } = await serve(async (request) => {
      const response = await echo(request);
      response.headers.append('set-cookie', 'a=1');
      response.headers.append('set-cookie', 'b=2');
      return response;
    });
    const type = 'application/x-www-form-urlencoded';
    const answer = await ask(port, 'POST', '/x', { 'content-type': type, cookie: 'c=3' }, 'code=1');
    expect(JSON.parse(answer.body)).toMatchObject({ method: 'POST', type, cookie: 'c=3', body: 'code=1' });
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });

  test.each(['HEAD', 'PUT', 'TRACE', 'OPTIONS', 'DELETE', 'PROPFIND'])(
    'lets the handler refuse the method %s',
    async (method) => {
      const seen: string[] = [];
      const { port } = await serve(async (request) => {
        seen.push(request.method);
        return new Response(null, { status: 400 });
      });
      expect((await ask(port, method, '/connect/a/b')).status).toBe(400);
      expect(seen).toEqual(['OPTIONS']);
    },
  );

  test('discards a body that is too long', async () => {
    const { port } = await serve(echo);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await ask(port, 'POST', '/x', headers, `code=${'x'.repeat(300_000)}`);
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'text/plain', body: '' });
    expect(answer.headers['connection']).toBe('close');
  });

  test('refuses headers that are too long, and other protocols', async () => {
    const { port } = await serve(echo);
    const long = `GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(await sendRaw(port, long)).toBe('HTTP/1.1 400 Bad Request');
    expect(await sendRaw(port, 'hello\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
  });

  test('reports a handler that rejects, and closes the connection', async () => {
    const defects: unknown[] = [];
    const { port } = await serve(() => Promise.reject(new Error('a defect')), undefined, defects);
    await expect(ask(port, 'GET', '/')).rejects.toThrow('socket hang up');
    expect(defects).toEqual([new Error('a defect')]);
  });

  test('aborts the signal of the request when the browser disconnects', async () => {
    const gone = Promise.withResolvers<unknown>();
    const asked = Promise.withResolvers<void>();
    const { port } = await serve(
      (request) =>
        new Promise((resolve) => {
          request.signal.addEventListener('abort', () => {
            gone.resolve(request.signal.reason);
            resolve(new Response());
          });
          asked.resolve();
        }),
    );
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await asked.promise;
    socket.destroy();
    expect(await gone.promise).toBeInstanceOf(Error);
  });

  test('completes requests in flight when it stops', async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<Response>();
    const server = await serve(() => {
      asked.resolve();
      return answer.promise;
    });
    const reply = ask(server.port, 'GET', '/');
    await asked.promise;
    const stopped = server.stop(10_000);
    answer.resolve(new Response('done'));
    expect((await reply).body).toBe('done');
    await stopped;
  });
});

describe('a mounted certificate', () => {
  async function mount() {
    const authority = await createAuthority();
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    const renew = async (name: string): Promise<void> => {
      const { certPem, keyPem } = await authority.issue(name, ['localhost']);
      await writeFile(join(folder, 'tls.crt'), certPem);
      await writeFile(join(folder, 'tls.key'), keyPem);
    };
    return { folder, renew, ca: authority.caPem };
  }

  function certificateOf(port: number, ca: string): Promise<PeerCertificate> {
    return new Promise((resolve, reject) => {
      const request = httpsRequest(
        { host: '127.0.0.1', port, servername: 'localhost', ca, agent: false },
        (response) => {
          const certificate = (response.socket as TLSSocket).getPeerCertificate();
          response.resume().on('end', () => resolve(certificate));
        },
      );
      request.on('error', reject);
      request.end();
    });
  }

  test('is served, and replaced after a renewal', async () => {
    const { folder, renew, ca } = await mount();
    await renew('one');
    const clock = new VirtualClock();
    const problems: unknown[] = [];
    const files = createTlsFiles(folder, clock, (error) => void problems.push(error));
    const { port } = await serve(async () => new Response('x'), files);
    expect((await certificateOf(port, ca)).subject.CN).toBe('one');

    await renew('two');
    await clock.advance(30_000);
    expect((await certificateOf(port, ca)).subject.CN).toBe('two');

    await writeFile(join(folder, 'tls.key'), 'half written');
    await clock.advance(30_000);
    expect(problems).toHaveLength(1);
    expect((await certificateOf(port, ca)).subject.CN).toBe('two');
    await rm(folder, { recursive: true });
    await clock.advance(30_000);
    expect(problems).toHaveLength(2);
    expect((await certificateOf(port, ca)).subject.CN).toBe('two');
  });

  test('is required to start', async () => {
    const files = createTlsFiles('/nowhere', new VirtualClock(), () => undefined);
    await expect(serve(async () => new Response(), files)).rejects.toThrow('ENOENT');
  });
});
