import {
  type CertificateAuthority,
  createAuthority,
  type IssuedCertificate,
} from 'test-kit/certificate-authority.ts';
import { adminPrefix, handleAdmin } from './admin.ts';
import { listen } from './listener.ts';
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';

/** The server's certificate with the authority that a client has to trust. */
export interface ServerCertificate extends IssuedCertificate {
  readonly caPem: string;
}

export interface SimulatorOptions extends SimulationOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Address to listen on; absent: 127.0.0.1. */
  readonly host?: string;
  /** The URL of clients and browsers, without a path; absent: `https://localhost:PORT`. */
  readonly publicUrl?: string;
  /** Signs the server's certificate; absent: a new one. */
  readonly authority?: CertificateAuthority;
  /** Instead of one that `authority` signs for `localhost`. */
  readonly certificate?: ServerCertificate;
}

/** A simulation that listens on a port. */
export interface Simulator extends Simulation {
  readonly port: number;
  /** The certificate authority that a client has to trust, PEM. */
  readonly caPem: string;
  /** Closes all connections and drops pending commits. */
  stop(): Promise<void>;
}

async function issueCertificate(authority: CertificateAuthority): Promise<ServerCertificate> {
  const issued = await authority.issue('localhost', ['localhost', '127.0.0.1']);
  return { ...issued, caPem: authority.caPem };
}

/** Starts Open Connectors and its provider. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const certificate =
    options.certificate ??
    (await issueCertificate(options.authority ?? (await createAuthority('open connectors simulator'))));
  const { simulation, context, stop } = createSimulation(options);
  const address = { host: options.host ?? '127.0.0.1', port: options.port ?? 0 };
  const listener = await listen(certificate, address, async (request) =>
    request.target.startsWith(`${adminPrefix}/`)
      ? { kind: 'answer', ...handleAdmin(simulation, request) }
      : simulation.exchange(request),
  );
  context.origin = options.publicUrl ?? `https://localhost:${listener.port}`;
  // Not a spread, which would freeze the getters `baseUrl` and `credentials`.
  return Object.assign(simulation, {
    port: listener.port,
    caPem: certificate.caPem,
    async stop() {
      stop();
      await listener.stop();
    },
  });
}
