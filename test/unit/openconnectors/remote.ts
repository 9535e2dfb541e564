import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { CertificateAuthority } from 'test-kit/certificate-authority.ts';

/** What a request brought. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the connection it came by. */
  readonly socket: Socket;
}

export type Answer = (response: ServerResponse, request: Received) => void;

/** An HTTPS server on `localhost` that answers as the test says. */
export interface Remote {
  readonly port: number;
  readonly baseUrl: string;
  /** All requests so far, in order of arrival. */
  readonly received: readonly Received[];
  /** Connections accepted so far. */
  readonly connections: number;
  answer: Answer;
  close(): Promise<void>;
}

/** Answers JSON, as the API does. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** One answer after the other; the last one stands for all that follow. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let turn = 0;
  return (response, request) => {
    answers[Math.min(turn, answers.length - 1)]?.(response, request);
    turn += 1;
  };
}

export async function createRemote(
  authority: CertificateAuthority,
  answer: Answer,
  tls: ServerOptions = {},
  hosts: readonly string[] = ['localhost'],
): Promise<Remote> {
  const { keyPem, certPem } = await authority.issue('localhost', hosts);
  const received: Received[] = [];
  let connections = 0;
  const server = createServer({ key: keyPem, cert: certPem, ...tls }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, socket } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString(), socket };
      received.push(entry);
      remote.answer(response, entry);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const remote: Remote = {
    port,
    baseUrl: `https://localhost:${port}`,
    received,
    get connections() {
      return connections;
    },
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return remote;
}
