import { type CertificateAuthority, createAuthority } from 'test-kit/certificate-authority.ts';
import { adminPrefix, handleAdmin } from './admin.ts';
import { listen } from './listener.ts';
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';

export interface SimulatorOptions extends SimulationOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Signs the server's certificate; absent: a new one. */
  readonly authority?: CertificateAuthority;
}

/** A simulation that listens on `https://localhost:PORT`. */
export interface Simulator extends Simulation {
  readonly port: number;
  /** What a client has to trust. */
  readonly caPem: string;
  /** Closes all connections; what was to be committed later is dropped. */
  stop(): Promise<void>;
}

/** Starts Open Connectors and its provider on the loopback address. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const authority = options.authority ?? (await createAuthority('open connectors simulator'));
  const certificate = await authority.issue('localhost', ['localhost', '127.0.0.1']);
  const { simulation, world, stop } = createSimulation(options);
  const listener = await listen(certificate, options.port ?? 0, async (request) =>
    request.target.startsWith(`${adminPrefix}/`)
      ? { kind: 'answer', ...handleAdmin(simulation, request) }
      : simulation.exchange(request),
  );
  world.origin = `https://localhost:${listener.port}`;
  // Not a spread, which would freeze what `baseUrl` and `credentials` are now.
  return Object.assign(simulation, {
    port: listener.port,
    caPem: authority.caPem,
    async stop() {
      stop();
      await listener.stop();
    },
  });
}
