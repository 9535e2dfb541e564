import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { environmentProxy } from '../../../src/cli/input/proxy.ts';
import { createOutput } from '../../../src/cli/render/output.ts';
import { run } from '../../../src/cli/run.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import {
  type ConnectProxy,
  createConnectProxy,
  proxyCredentials,
  refusal,
} from '../openconnectors/connect-proxy.ts';

const silent = createOutput(
  () => undefined,
  () => undefined,
);
const proxyOf = (env: Readonly<Record<string, string>>) => environmentProxy({ env, output: silent });

describe('the proxy of the environment', () => {
  it.each([[{}], [{ HTTPS_PROXY: '' }]])('is absent with %j', (env) => {
    expect(proxyOf(env)).toBeUndefined();
  });

  it.each([{ HTTPS_PROXY: 'http://proxy:3128' }, { https_proxy: 'http://proxy:3128' }])(
    'has the server of %j',
    (env) => {
      expect(proxyOf(env)?.server.host).toBe('proxy:3128');
    },
  );

  it('is refused without its value', () => {
    expect(() => proxyOf({ HTTPS_PROXY: 'ftp://secret@proxy' })).toThrow(
      /^HTTPS_PROXY: is neither http nor https\.$/,
    );
  });

  it.each([
    ['kube.example.com', '', true],
    ['kube.example.com', 'kube.example.com', false],
    ['kube.example.com', '.example.com', false],
    ['kube.example.com', 'other.example.com,.svc', true],
    ['kube.example.com', '*', false],
    ['10.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3', false],
    ['10.1.2.3', '192.168.0.0/16, .svc', true],
    ['fd00::1', 'fd00::/8', false],
    ['fd00::1', '10.0.0.0/8', true],
    ['localhost', '', false],
    ['127.0.0.1', '', false],
    ['::1', '', false],
  ])('serves %s with NO_PROXY=%s: %s', (hostname, noProxy, serves) => {
    const proxy = proxyOf({ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: noProxy });
    expect(proxy?.serves(hostname, 6443)).toBe(serves);
  });
});

describe('a command behind a proxy', () => {
  let folder = '';
  let proxy: ConnectProxy;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'proxy-'));
    proxy = await createConnectProxy(refusal(403));
  });
  afterEach(async () => {
    await proxy.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs `status` against a cluster that only a proxy could reach. */
  async function status(env: Readonly<Record<string, string>>, cluster: object = {}) {
    const file = join(folder, 'kubeconfig');
    const config = {
      clusters: [{ name: 'c', cluster: { server: 'https://kube.invalid:6443', ...cluster } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(file, stringify(config));
    const printed: string[] = [];
    const print = (text: string): void => void printed.push(text);
    const code = await run(['status', '--kubeconfig', file], {
      output: createOutput(print, print),
      input: {
        isTerminal: false,
        lines: () => {
          throw new Error('standard input was read');
        },
      },
      clock: systemClock,
      random: seededRandom(1),
      env,
      home: folder,
      platform: 'linux',
      onInterrupt: () => () => undefined,
    });
    return { code, printed: printed.join('') };
  }

  const address = () =>
    `http://${encodeURIComponent(proxyCredentials.user)}:${encodeURIComponent(proxyCredentials.password)}@localhost:${proxy.port}`;

  it('calls the cluster through it, and never shows its password', async () => {
    const { code, printed } = await status({ HTTPS_PROXY: address() });
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set(['kube.invalid:6443']));
    expect(code).toBe(1);
    expect(printed).not.toContain(proxyCredentials.password);
    expect(printed).not.toContain(encodeURIComponent(proxyCredentials.password));
  });

  it('calls a cluster of NO_PROXY directly', async () => {
    await status({ HTTPS_PROXY: address(), NO_PROXY: '.invalid' });
    expect(proxy.asked).toEqual([]);
  });

  it('prefers the proxy of the kubeconfig', async () => {
    await status({ HTTPS_PROXY: 'http://localhost:1' }, { 'proxy-url': address() });
    expect(proxy.asked).not.toEqual([]);
  });
});
