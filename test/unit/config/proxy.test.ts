import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { compose } from '../../../src/compose.ts';
import { ConfigError, loadConfig } from '../../../src/config/config.ts';
import { bypassesProxy } from '../../../src/config/proxy.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { systemRandom } from '../../../src/runtime/random.ts';

function load(env: Record<string, string>) {
  return loadConfig({ env, argv: [], hostname: 'test', random: systemRandom, readFile: () => undefined });
}

function problemOf(env: Record<string, string>): string {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.message;
    }
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('HTTPS_PROXY', () => {
  test('is taken apart', () => {
    expect(load({ HTTPS_PROXY: 'http://u%40x:p%3Aw@Proxy.example:3128/' }).httpsProxy).toEqual({
      origin: 'http://proxy.example:3128',
      host: 'proxy.example:3128',
      credentials: { user: 'u@x', password: 'p:w' },
    });
    expect(load({ HTTPS_PROXY: 'https://proxy' }).httpsProxy).toEqual({
      origin: 'https://proxy',
      host: 'proxy:443',
      credentials: undefined,
    });
    expect(load({}).httpsProxy).toBeUndefined();
  });

  test.each([
    ['proxy.example:3128', 'neither http nor https'],
    ['socks5://u:hunter2-hunter2@proxy', 'neither http nor https'],
    ['hunter2-hunter2', 'not a URL'],
    ['http://u:hunter2-hunter2@proxy/path', 'a path'],
    ['http://u:hunter2-hunter2%zz@proxy', 'percent-encoded'],
  ])('%s is refused without repeating it', (HTTPS_PROXY, words) => {
    const problem = problemOf({ HTTPS_PROXY });
    expect(problem).toContain(words);
    expect(problem).not.toContain('hunter2');
  });

  test('its password never reaches the log', () => {
    const lines: string[] = [];
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'c', server: 'https://localhost:1', skipTLSVerify: false },
      { name: 'u' },
    );
    const { logger } = compose({
      config: load({ HTTPS_PROXY: 'http://someone:hunter2%2Fhunter2@proxy:3128' }),
      kubeConfig,
      clock: systemClock,
      random: systemRandom,
      logTo: { write: (line) => lines.push(line) },
    });
    const token = btoa('someone:hunter2/hunter2');
    logger.info(`hunter2/hunter2 hunter2%2Fhunter2 Basic ${token}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]).not.toContain(token);
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['api.example.com', true],
    ['API.example.com', true],
    ['example.com', false],
    ['.example.com', true],
    ['*.example.com', true],
    ['.api.example.com', false],
    ['ample.com', false],
    ['*', true],
    ['*:443', true],
    ['*:8443', false],
    ['api.example.com:443', true],
    ['api.example.com:8443', false],
    ['a.example, .b.example ,.example.com:443,', true],
    ['10.0.0.0/8,fd00::/8,::1,[::1],127.0.0.1,.svc,localhost', false],
    ['', false],
  ])('%j bypasses the proxy for api.example.com: %s', (NO_PROXY, expected) => {
    expect(bypassesProxy(load({ NO_PROXY }).noProxy, 'api.example.com', 443)).toBe(expected);
  });

  test.each(['a*.example.com', '*example.com', 'https://example.com', 'a b', ':443'])(
    '%j is refused',
    (NO_PROXY) => {
      expect(problemOf({ NO_PROXY })).toContain('NO_PROXY (--no-proxy): entry 1 is not a host name');
    },
  );
});
