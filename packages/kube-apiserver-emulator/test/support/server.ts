import { afterEach } from 'vitest';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../../src/index.ts';
import { Client } from './client.ts';

/** A server with a client, for one test. */
export interface Started {
  readonly server: ApiServer;
  readonly client: Client;
}

/** Returns a function that starts servers, which stop after the test. */
export function servers(): (options?: ApiServerOptions) => Promise<Started> {
  const running: Started[] = [];
  afterEach(async () => {
    for (const { server, client } of running.splice(0)) {
      await client.close();
      await server.stop();
    }
  });
  return async (options) => {
    const server = await startApiServer(options);
    const started = { server, client: new Client(server) };
    running.push(started);
    return started;
  };
}
