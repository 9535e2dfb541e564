import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from 'test-kit/random.ts';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { parseOptions, SERVICE_HOSTNAMES } from '../src/options.ts';
import { CREDENTIALS_SECRET, createSecrets, readSecrets, TLS_SECRET } from '../src/secrets.ts';
import { startSimulator } from '../src/simulator.ts';

const listSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('List'),
  items: z.array(
    z.object({
      kind: z.literal('Secret'),
      type: z.string(),
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
      stringData: z.record(z.string(), z.string()),
    }),
  ),
});

const created = async (hostnames: readonly string[]) =>
  listSchema.parse(await createSecrets(hostnames, systemRandom)).items;

describe('the Secrets of a simulator in a cluster', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Writes the files of a volume of both Secrets. */
  async function mount(items: Awaited<ReturnType<typeof created>>): Promise<void> {
    for (const [name, value] of items.flatMap(({ stringData }) => Object.entries(stringData))) {
      await writeFile(join(folder, name), value);
    }
  }

  it('have the keys that an account and a connector read by default', async () => {
    const items = await created(SERVICE_HOSTNAMES);

    expect(items.map(({ metadata, type }) => [metadata.name, type])).toEqual([
      [TLS_SECRET, 'kubernetes.io/tls'],
      [CREDENTIALS_SECRET, 'Opaque'],
    ]);
    expect(Object.keys(items[1]?.stringData ?? {})).toEqual([
      'userSecret',
      'organizationSecret',
      'client_id',
      'client_secret',
    ]);
  });

  it('give a server that its clients verify by the host name and call with the credentials', async () => {
    await mount(await created(SERVICE_HOSTNAMES));
    const publicUrl = `https://${SERVICE_HOSTNAMES[0]}`;
    const simulator = await startSimulator({ ...(await readSecrets(folder)), host: '127.0.0.1', publicUrl });
    const dispatcher = new Agent({
      connect: { ca: simulator.caPem, servername: SERVICE_HOSTNAMES[0] ?? '' },
    });
    try {
      const { userSecret, organizationSecret } = simulator.credentials;
      const answer = await request(`https://127.0.0.1:${simulator.port}/elements/api-v2/organizations/me`, {
        dispatcher,
        headers: { authorization: `User ${userSecret}, Organization ${organizationSecret}` },
      });
      expect(answer.statusCode).toBe(200);
      await answer.body.dump();
      expect(simulator.baseUrl).toBe(publicUrl);
    } finally {
      await dispatcher.destroy();
      await simulator.stop();
    }
  });

  it('are required completely', async () => {
    await mount(await created(['localhost']));
    await rm(join(folder, 'client_id'));

    expect(await readdir(folder)).toHaveLength(6);
    await expect(readSecrets(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the command line', () => {
  it('listens on the loopback address by default', () => {
    expect(parseOptions([])).toEqual({
      command: 'serve',
      port: 9443,
      host: undefined,
      publicUrl: undefined,
      secretsFolder: undefined,
    });
    expect(
      parseOptions(['--host=::', '--port=6443', '--public-url=https://simulator.example', '--secrets=/s']),
    ).toEqual({
      command: 'serve',
      port: 6443,
      host: '::',
      publicUrl: 'https://simulator.example',
      secretsFolder: '/s',
    });
  });

  it('takes host names for the certificate', () => {
    expect(parseOptions(['--print-secrets'])).toMatchObject({ hostnames: SERVICE_HOSTNAMES });
    expect(parseOptions(['--print-secrets', '--hostname=a', '--hostname=b'])).toMatchObject({
      hostnames: ['a', 'b'],
    });
  });

  it.each(['http://localhost', 'https://localhost/path', 'localhost', 'https://localhost/'])(
    'refuses the public URL %s',
    (url) => {
      expect(() => parseOptions(['--public-url', url])).toThrow('--public-url takes an https URL');
    },
  );
});
