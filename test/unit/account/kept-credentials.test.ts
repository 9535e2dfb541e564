import { type ApiServer, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FallbackAccount,
  FallbackCredentials,
  fallbackSecretName,
} from '../../../src/account/credentials/fallback-credentials.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { VALUES } from '../../support/builders/secrets.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';

const HOME = 'operator';
const { uid, baseUrl, organizationId } = ACCOUNT;
const NAME = fallbackSecretName(uid);
const { userSecret, organizationSecret } = VALUES;
const worked: FallbackAccount = { baseUrl, organizationId, credentials: { userSecret, organizationSecret } };
const rotated: FallbackAccount = { ...worked, credentials: { userSecret: 'new', organizationSecret } };

let server: ApiServer;
let config: PooledKubeConfig;
let registered: string[];

beforeEach(async () => {
  server = await startApiServer({ namespaces: [HOME] });
  config = pooledConfigOf(server.kubeconfig);
  registered = [];
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

/** A process of the operator. */
function credentials(enabled = true): FallbackCredentials {
  return new FallbackCredentials({
    rest: new KubeRest({ config, clock: systemClock }),
    namespace: HOME,
    enabled,
    register: (value) => registered.push(value),
  });
}

const secrets = () => server.objects(wellKnown.secrets);
const verbs = (): string[] => server.ledger.entries.map(({ verb }) => verb);

describe('the credentials that are kept of an account', () => {
  it('come back as they were written, and are registered for redaction', async () => {
    const it = credentials();
    expect(await it.read(uid)).toBeUndefined();
    await it.keep(uid, worked);
    expect(await it.read(uid)).toEqual(worked);
    expect(registered).toEqual([userSecret, organizationSecret]);
    expect(secrets().list(HOME)).toMatchObject([
      {
        type: 'Opaque',
        metadata: {
          name: `infusionsoft-connector-operator-account-${uid}`,
          labels: { 'app.kubernetes.io/managed-by': 'infusionsoft-connector-operator' },
        },
        data: { organizationId: Buffer.from(organizationId).toString('base64') },
      },
    ]);
  });

  it('cost no call while they are the same', async () => {
    const it = credentials();
    await it.keep(uid, worked);
    const before = server.ledger.length;
    await it.keep(uid, { ...worked });
    expect(server.ledger.length).toBe(before);
  });

  it('cost one read after a restart while they are the same', async () => {
    await credentials().keep(uid, worked);
    const before = server.ledger.length;
    await credentials().keep(uid, worked);
    expect(verbs().slice(before)).toEqual(['get']);
  });

  it('are replaced in the same Secret when they change', async () => {
    await credentials().keep(uid, worked);
    const it = credentials();
    await it.keep(uid, rotated);
    expect(await it.read(uid)).toEqual(rotated);
    expect(verbs()).toEqual(['get', 'create', 'get', 'patch', 'get']);
  });

  it('are created again when the Secret is deleted between the read and the write', async () => {
    await credentials().keep(uid, worked);
    server.faults.inject({ verb: 'patch', name: NAME }, { kind: 'respond', status: 404 }, { times: 1 });
    server.faults.inject({ verb: 'create' }, { kind: 'respond', status: 409 }, { times: 1 });
    await expect(credentials().keep(uid, rotated)).rejects.toMatchObject({ status: 409 });
    expect(verbs().slice(-2)).toEqual(['patch', 'create']);
  });

  it('are deleted, which tolerates that they are absent, and written again afterwards', async () => {
    const it = credentials();
    await it.keep(uid, worked);
    await it.drop(uid);
    expect(secrets().list(HOME)).toEqual([]);
    await expect(it.drop(uid)).resolves.toBeUndefined();
    await it.keep(uid, worked);
    expect(await it.read(uid)).toEqual(worked);
  });

  it('are neither written nor deleted where the setting is off', async () => {
    await credentials().keep(uid, worked);
    const before = server.ledger.length;
    const off = credentials(false);
    await off.keep(uid, rotated);
    await off.drop(uid);
    expect(server.ledger.length).toBe(before);
  });

  it.each(['keep', 'read', 'drop'] as const)('fail with the error of the API server on %s', async (call) => {
    server.faults.inject({}, { kind: 'respond', status: 403 }, { times: 1 });
    const it = credentials();
    await expect(call === 'keep' ? it.keep(uid, worked) : it[call](uid)).rejects.toMatchObject({
      kind: 'forbidden',
    });
  });

  it('are read until the signal aborts', async () => {
    const stop = new AbortController();
    stop.abort(new Error('shutdown'));
    await expect(credentials().read(uid, stop.signal)).rejects.toThrow();
    expect(server.ledger.length).toBe(0);
  });
});
