import { type ApiServer, startApiServer } from 'kube-apiserver-emulator/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOMBSTONE_SECRET, TombstoneStore } from '../../../src/account/late/tombstones.ts';
import { objectPath, wellKnown } from '../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../src/kube/client/rest.ts';
import type { Tombstone } from '../../../src/ownership/tombstone.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { ACCOUNT } from '../../support/builders/connector.ts';
import { NOW } from '../../support/builders/time.ts';
import { pooledConfigOf } from '../../support/kube/pooled-config-of.ts';

const HOME = 'operator';

let server: ApiServer;
let config: PooledKubeConfig;
let store: TombstoneStore;

beforeEach(async () => {
  server = await startApiServer({ namespaces: [HOME] });
  config = pooledConfigOf(server.kubeconfig);
  store = new TombstoneStore(new KubeRest({ config, clock: systemClock }), HOME);
});

afterEach(async () => {
  await config.close();
  await server.stop();
});

function tombstone(uid: string): Tombstone {
  const { uid: accountUid, baseUrl, organizationId } = ACCOUNT;
  return { uid, namespace: 'team-a', account: { uid: accountUid, baseUrl, organizationId }, until: NOW };
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const secrets = () => server.objects(wellKnown.secrets);

describe('the stored tombstones', () => {
  it('are none before the first is written', async () => {
    expect(await store.list()).toEqual([]);
    expect(secrets().list(HOME)).toEqual([]);
  });

  it('come back as they were written, in a Secret that the first write creates', async () => {
    await store.write(tombstone('a'));
    await store.write(tombstone('b'));
    expect(await store.list()).toEqual([tombstone('a'), tombstone('b')]);
    expect(secrets().list(HOME)).toMatchObject([
      {
        type: 'Opaque',
        metadata: {
          name: TOMBSTONE_SECRET,
          labels: { 'app.kubernetes.io/managed-by': 'infusionsoft-connector-operator' },
        },
      },
    ]);
  });

  it('keep those of a Secret that was created during the first write', async () => {
    await store.write(tombstone('a'));
    server.faults.inject(
      { verb: 'patch', name: TOMBSTONE_SECRET },
      { kind: 'respond', status: 404 },
      { times: 1 },
    );
    await store.write(tombstone('b'));
    expect(await store.list()).toEqual([tombstone('a'), tombstone('b')]);
  });

  it('cost one call while the Secret exists', async () => {
    await store.write(tombstone('a'));
    const before = server.ledger.length;
    await store.write(tombstone('b'));
    expect(server.ledger.entries.slice(before).map(({ verb }) => verb)).toEqual(['patch']);
  });

  it('fail where the Secret can be neither found nor created', async () => {
    server.faults.inject({ verb: 'create' }, { kind: 'respond', status: 403 }, { times: 1 });
    await expect(store.write(tombstone('a'))).rejects.toMatchObject({ kind: 'forbidden' });
    expect(server.ledger.entries.map(({ verb }) => verb)).toEqual(['patch', 'create']);
  });

  it('replace the one of the same uid', async () => {
    await store.write(tombstone('a'));
    const later = { ...tombstone('a'), until: NOW + 1_000 };
    await store.write(later);
    expect(await store.list()).toEqual([later]);
  });

  it('leave out the one that is removed, and tolerate that it is absent', async () => {
    await expect(store.remove('a')).resolves.toBeUndefined();
    await store.write(tombstone('a'));
    await store.write(tombstone('b'));
    await store.remove('a');
    await store.remove('a');
    expect(await store.list()).toEqual([tombstone('b')]);
  });

  it('leave out entries that cannot be read', async () => {
    await store.write(tombstone('a'));
    const path = objectPath(wellKnown.secrets, HOME, TOMBSTONE_SECRET);
    const data = {
      text: base64('not JSON'),
      empty: base64(''),
      incomplete: base64(JSON.stringify({ namespace: 'team-a' })),
      timeless: base64(JSON.stringify({ ...tombstone('timeless'), until: 'soon' })),
    };
    await new KubeRest({ config, clock: systemClock }).patch(path, { data }, { type: 'merge' });
    expect(await store.list()).toEqual([tombstone('a')]);
  });

  it.each(['list', 'write', 'remove'] as const)(
    'fail with the error of the API server on %s',
    async (verb) => {
      server.faults.inject({ name: TOMBSTONE_SECRET }, { kind: 'respond', status: 403 }, { times: 1 });
      const call =
        verb === 'write' ? store.write(tombstone('a')) : verb === 'list' ? store.list() : store.remove('a');
      await expect(call).rejects.toMatchObject({ kind: 'forbidden' });
    },
  );
});
