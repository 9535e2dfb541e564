import { type CertificateAuthority, createAuthority } from 'test-kit/certificate-authority.ts';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createOpenConnectors, type OpenConnectorsOptions } from '../../../src/openconnectors/client.ts';
import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type { AuthorizeRequest, InstanceBody, OpenConnectors } from '../../../src/openconnectors/port.ts';
import { parseBaseUrl } from '../../../src/openconnectors/transport/base-url.ts';
import type { CallObservation } from '../../../src/openconnectors/transport/caller.ts';
import { createTlsContext, createTransport } from '../../../src/openconnectors/transport/pooled-transport.ts';
import type { Transport } from '../../../src/openconnectors/transport/transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type Answer, createRemote, type Remote } from './remote.ts';

export const credentials = {
  userSecret: 'Qm9vLXVzZXItc2VjcmV0LW9mLXRoZS10ZXN0cw+/==',
  organizationSecret: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
};
export const instanceToken = 'dGhlLWluc3RhbmNlLXRva2VuLW9mLXRoZS10ZXN0/+=';
export const code = 'grant-code-xK29';
export const configuration = {
  'oauth.callback.url': 'https://connect.example.com/oauth/callback',
  'oauth.api.key': 'client-id-aQ7',
  'oauth.api.secret': 'client secret & "more"',
  'infusionsoft.server': 'dt123.infusionsoft.com',
  'infusionsoft.private.key': 'encrypted-key-77',
};
export const body: InstanceBody = {
  element: 'infusionsoftcrm',
  name: 'crm',
  tags: ['team-sales', 'k8s-cluster-1'],
  configuration,
  grant: { kind: 'code', code },
};
export const authorizeRequest: AuthorizeRequest = {
  element: 'infusionsoftcrm',
  apiKey: configuration['oauth.api.key'],
  apiSecret: configuration['oauth.api.secret'],
  callbackUrl: configuration['oauth.callback.url'],
  scope: 'full',
  state: 'state-handle-1',
};
/** Everything that no message may show. */
export const secrets = [
  credentials.userSecret,
  credentials.organizationSecret,
  instanceToken,
  code,
  configuration['oauth.api.key'],
  configuration['oauth.api.secret'],
  configuration['infusionsoft.private.key'],
];

/** An instance as the API shows it, hydrated. */
export function shown(id: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    name: 'crm',
    createdDate: '2026-01-01T10:00:00Z',
    token: instanceToken,
    element: { id: 191, key: 'infusionsoftcrm', name: 'Infusionsoft' },
    tags: ['team-sales', 'k8s-cluster-1'],
    valid: true,
    disabled: false,
    configuration: { 'oauth.api.key': '********', 'pagination.max': '100', 'filter.response.nulls': null },
    ...more,
  };
}

/** A server, a transport to it on real sockets, and a client on a clock that the test moves. */
export interface Bench {
  readonly remote: Remote;
  readonly transport: Transport;
  readonly clock: VirtualClock;
  readonly client: OpenConnectors;
  readonly observed: readonly CallObservation[];
}

export const timeoutMs = 30_000;
export const createTimeoutMs = 120_000;

/** Gives benches to the tests of one file and takes down after each test what it used. */
export function useBench(): {
  readonly authority: () => CertificateAuthority;
  readonly open: (answer: Answer, options?: Partial<OpenConnectorsOptions>) => Promise<Bench>;
} {
  let authority: CertificateAuthority | undefined;
  const cleanups: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    authority = await createAuthority();
  });
  const close = async (): Promise<void> => {
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
  };
  afterEach(close);
  afterAll(close);
  const current = (): CertificateAuthority => {
    if (authority === undefined) {
      throw new Error('the authority is made before the first test');
    }
    return authority;
  };
  return {
    authority: current,
    async open(answer, options = {}) {
      const remote = await createRemote(current(), answer);
      cleanups.push(() => remote.close());
      const transport = createTransport({
        base: parseBaseUrl(remote.baseUrl),
        connections: 4,
        tls: createTlsContext(current().caPem),
        addressCheckExempt: true,
      });
      const clock = new VirtualClock();
      const observed: CallObservation[] = [];
      const client = createOpenConnectors({
        baseUrl: remote.baseUrl,
        credentials,
        timeoutMs,
        createTimeoutMs,
        transport,
        clock,
        observe: (observation) => observed.push(observation),
        ...options,
      });
      return { remote, transport, clock, client, observed };
    },
  };
}

/** The error with which `promise` rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}

/** The same, and it has to be a `RemoteError`. */
export async function remoteErrorOf(promise: Promise<unknown>): Promise<RemoteError> {
  const error = await errorOf(promise);
  if (error instanceof RemoteError) {
    return error;
  }
  throw error;
}
