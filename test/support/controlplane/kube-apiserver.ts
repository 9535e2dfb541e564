import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tokenKubeconfig } from 'kube-apiserver-emulator/kubeconfig.ts';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { type Daemon, startDaemon } from './process.ts';
import { createRest, type Rest } from './rest.ts';

/** Real etcd and kube-apiserver on the loopback address, without controllers such as garbage collection. */
export interface KubeApiServer {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  readonly caPem: string;
  /** Bearer token of a member of `system:masters`. */
  readonly token: string;
  /** YAML, with the certificates inside. */
  readonly kubeconfig: string;
  /** Without the `v`, e.g. `1.20.2`. */
  readonly version: string;
  /** Ends both processes and removes their folder. */
  stop(): Promise<void>;
}

export interface KubeApiServerOptions {
  /**
   * `AlwaysAllow` (the default), or `RBAC`, where every user except that of the token needs roles, also for the
   * owner references of objects (OwnerReferencesPermissionEnforcement).
   */
  readonly authorization?: 'AlwaysAllow' | 'RBAC';
}

const startTimeoutMs = 60_000;
/** Another process can take a free port before the server does. */
const startAttempts = 3;

/** The version of `<assetsDir>/kube-apiserver`, without the `v`. Fails when there is no such program. */
export async function kubeApiServerVersion(assetsDir: string): Promise<string> {
  const { stdout } = await promisify(execFile)(join(assetsDir, 'kube-apiserver'), ['--version']);
  return stdout.trim().replace(/^Kubernetes v/, '');
}

/**
 * Starts `etcd` and `kube-apiserver` from `assetsDir` (a folder as `KUBEBUILDER_ASSETS` names it) on free ports, and
 * resolves when the server is ready and its namespaces exist. The error of a failed start has the output of both.
 */
export async function startKubeApiServer(
  assetsDir: string,
  options: KubeApiServerOptions = {},
): Promise<KubeApiServer> {
  const version = await kubeApiServerVersion(assetsDir);
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(assetsDir, version, options);
    } catch (error) {
      const portTaken = error instanceof Error && error.message.includes('address already in use');
      if (!portTaken || attempt === startAttempts) {
        throw error;
      }
    }
  }
}

async function startOnce(
  assetsDir: string,
  version: string,
  options: KubeApiServerOptions,
): Promise<KubeApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-apiserver-'));
  const daemons: Daemon[] = [];
  const stop = async (): Promise<void> => {
    // Their data is not kept, so they get no grace period.
    for (const daemon of daemons.toReversed()) {
      await daemon.stop(0);
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const token = randomBytes(16).toString('hex');
    const { etcdPort, peerPort, port } = await takePorts();
    const caPem = await writeCredentials(folder, token);
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const url = `https://127.0.0.1:${port}`;
    const kubeconfig = tokenKubeconfig(url, caPem, token);

    daemons.push(
      startDaemon(
        join(assetsDir, 'etcd'),
        etcdArguments(folder, etcdUrl, `http://127.0.0.1:${peerPort}`),
        join(folder, 'etcd.log'),
      ),
      startDaemon(
        join(assetsDir, 'kube-apiserver'),
        apiServerArguments(folder, etcdUrl, port, options.authorization ?? 'AlwaysAllow'),
        join(folder, 'kube-apiserver.log'),
      ),
    );
    await waitUntilReady(createRest(kubeconfig), daemons);
    return { url, caPem, token, kubeconfig, version, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function takePorts(): Promise<{ etcdPort: number; peerPort: number; port: number }> {
  const [etcdPort, peerPort, port] = await Promise.all([freePort(), freePort(), freePort()]);
  return { etcdPort, peerPort, port };
}

/** Writes certificates, the service account key and the token file; returns the authority's certificate. */
async function writeCredentials(folder: string, token: string): Promise<string> {
  const authority = await createAuthority('kube-apiserver test authority');
  const serving = await authority.issue('kube-apiserver', ['127.0.0.1', 'localhost', '10.0.0.1']);
  const serviceAccounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const files = {
    'ca.crt': authority.caPem,
    'serving.crt': serving.certPem,
    'serving.key': serving.keyPem,
    'service-accounts.key': serviceAccounts.privateKey,
    'tokens.csv': `${token},admin,admin,system:masters\n`,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 });
  }
  return authority.caPem;
}

function etcdArguments(folder: string, clientUrl: string, peerUrl: string): string[] {
  return [
    '--name=test',
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=test=${peerUrl}`,
  ];
}

function apiServerArguments(folder: string, etcdUrl: string, port: number, authorization: string): string[] {
  const file = (name: string): string => join(folder, name);
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${file('certs')}`,
    `--tls-cert-file=${file('serving.crt')}`,
    `--tls-private-key-file=${file('serving.key')}`,
    `--client-ca-file=${file('ca.crt')}`,
    `--token-auth-file=${file('tokens.csv')}`,
    `--authorization-mode=${authorization}`,
    ...(authorization === 'RBAC' ? ['--enable-admission-plugins=OwnerReferencesPermissionEnforcement'] : []),
    `--service-account-issuer=https://127.0.0.1:${port}`,
    `--service-account-key-file=${file('service-accounts.key')}`,
    `--service-account-signing-key-file=${file('service-accounts.key')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    // No controller creates the default service accounts that this plugin requires.
    '--disable-admission-plugins=ServiceAccount',
    // The server refuses a loopback address for the endpoints of the `kubernetes` service.
    '--endpoint-reconciler-type=none',
  ];
}

async function waitUntilReady(rest: Rest, daemons: readonly Daemon[]): Promise<void> {
  const answers = async (path: string): Promise<boolean> => {
    try {
      return (await rest.request('GET', path)).status === 200;
    } catch (error) {
      if (error instanceof Error && 'code' in error) {
        return false; // Not listening yet; a program that has ended is found below.
      }
      throw error;
    }
  };
  await poll(
    async () => {
      const dead = daemons.find((daemon) => daemon.ended() !== undefined);
      if (dead !== undefined) {
        throw new Error(`${dead.name} ended early (${dead.ended()}):\n${await dead.logTail(20)}`);
      }
      // The server creates the system namespaces shortly after it is ready.
      const paths = ['/readyz', '/api/v1/namespaces/default', '/api/v1/namespaces/kube-system'];
      const ready = await Promise.all(paths.map(answers));
      return ready.every(Boolean) ? true : undefined;
    },
    startTimeoutMs,
    async () => {
      const tails = await Promise.all(
        daemons.map(async (daemon) => `${daemon.name}:\n${await daemon.logTail(20)}`),
      );
      return `The API server was not ready. ${tails.join('\n')}`;
    },
  );
}
