import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectionPath } from '../../../../src/kube/client/paths.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-config.ts';
import { KubeRest } from '../../../../src/kube/client/rest.ts';
import type { GetOptions } from '../../../../src/kube/client/rest-options.ts';
import { listPages } from '../../../../src/kube/watch/list-pages.ts';
import { pooledConfigOf } from '../../../support/kube/pooled-config-of.ts';
import { startWidgetServer, WIDGETS, type WidgetServer } from '../../../support/kube/widget-server.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

let server: WidgetServer;
let config: PooledKubeConfig;

beforeAll(async () => {
  server = await startWidgetServer();
  config = pooledConfigOf(server.kubeconfig);
});

afterAll(async () => {
  await config.close();
  await server.stop();
});

/** Serves empty pages with these tokens, and records how they are asked for. */
class PagesRest extends KubeRest {
  readonly asked: (GetOptions | undefined)[] = [];
  onGet = (): void => undefined;
  readonly #tokens: readonly string[];

  constructor(tokens: readonly string[]) {
    super({ config, clock: new VirtualClock() });
    this.#tokens = tokens;
  }

  override async get(...[, options]: Parameters<KubeRest['get']>): Promise<unknown> {
    this.asked.push(options);
    this.onGet();
    const token = this.#tokens[this.asked.length - 1];
    return { metadata: { resourceVersion: '5', ...(token !== undefined && { continue: token }) }, items: [] };
  }
}

async function read(rest: PagesRest, stop = new AbortController()): Promise<number> {
  const request = {
    rest,
    path: collectionPath(WIDGETS),
    query: { labelSelector: 'a' },
    limit: 2,
    accept: 'x',
  };
  let pages = 0;
  for await (const page of listPages({ ...request, signal: stop.signal })) {
    pages += page.resourceVersion === '5' ? 1 : 0;
  }
  return pages;
}

describe('the pages of a list', () => {
  it('are asked for one after the other, each with the token of the one before', async () => {
    const rest = new PagesRest(['one', 'two']);
    expect(await read(rest)).toBe(3);
    expect(rest.asked.map((options) => options?.query)).toEqual([
      { labelSelector: 'a', limit: 2, continue: undefined },
      { labelSelector: 'a', limit: 2, continue: 'one' },
      { labelSelector: 'a', limit: 2, continue: 'two' },
    ]);
    expect(new Set(rest.asked.map((options) => options?.accept))).toEqual(new Set(['x']));
  });

  it('end where the list is stopped, also when the response came at the same moment', async () => {
    const rest = new PagesRest(['one']);
    const stop = new AbortController();
    rest.onGet = () => stop.abort(new Error('stopped'));
    await expect(read(rest, stop)).rejects.toThrow('stopped');
    expect(rest.asked).toHaveLength(1);
  });
});
