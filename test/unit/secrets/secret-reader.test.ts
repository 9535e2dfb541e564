import { describe, expect, it } from 'vitest';
import { KubeError } from '../../../src/kube/client/errors.ts';
import type { KubeObject } from '../../../src/kube/client/object.ts';
import type { ResourcePath } from '../../../src/kube/client/paths.ts';
import type { GetOptions } from '../../../src/kube/client/rest-options.ts';
import { SecretReader } from '../../../src/secrets/secret-reader.ts';

const signal = new AbortController().signal;

interface Stored {
  readonly version: string;
  /** Whether the metadata cache has it, and the version there. */
  readonly cached?: string;
}

/** A namespace `sales` with Secrets, whose responses a test releases one after the other. */
function bench(secrets: Readonly<Record<string, Stored>>, listFailure?: KubeError) {
  const calls: string[] = [];
  const held: (() => void)[] = [];
  const names = Object.keys(secrets).sort();
  const secretOf = (name: string) => ({
    metadata: { name, resourceVersion: secrets[name]?.version ?? '' },
    data: { value: name },
  });
  const answer = (path: ResourcePath, { query = {} }: GetOptions): unknown => {
    if (path.name !== undefined) {
      if (secrets[path.name] === undefined) {
        throw new KubeError('not-found', 'not found');
      }
      return secretOf(path.name);
    }
    if (listFailure !== undefined) {
      throw listFailure;
    }
    const from = Number(query['continue'] ?? 0);
    const until = from + Number(query['limit']);
    return {
      metadata: until < names.length ? { continue: String(until) } : {},
      items: names.slice(from, until).map(secretOf),
    };
  };
  const reader = new SecretReader({
    rest: {
      async get(path, options = {}) {
        calls.push(path.name ?? `list ${options.query?.['continue'] ?? 0}`);
        await new Promise<void>((resolve) => held.push(resolve));
        return answer(path, options);
      },
    },
    cachedNames: () => names.filter((name) => secrets[name]?.cached !== undefined),
    cached: (_namespace, name): KubeObject | undefined => {
      const version = secrets[name]?.cached;
      return version === undefined
        ? undefined
        : { apiVersion: 'v1', kind: 'Secret', metadata: { name, uid: name, resourceVersion: version } };
    },
  });
  /** Lets the calls end that are in flight. */
  const step = async (): Promise<void> => {
    for (const next of held.splice(0)) {
      next();
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    reader,
    calls,
    lists: () => calls.filter((call) => call.startsWith('list')),
    step,
    /** Lets all calls end, those that they lead to as well. */
    async release() {
      while (held.length > 0) {
        await step();
      }
    },
  };
}

const many = (count: number, stored: Stored = { version: '5', cached: '5' }): Record<string, Stored> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [nameOf(index), stored]));
const nameOf = (index: number): string => `crm-${String(index).padStart(4, '0')}`;
const readAll = (reader: SecretReader, names: readonly string[]) =>
  Promise.allSettled(names.map((name) => reader.read('sales', name, signal)));

describe('the reads of Secrets', () => {
  it('are one GET each while few are due', async () => {
    const { reader, calls, release } = bench(many(10));
    const all = readAll(reader, [nameOf(1), nameOf(2)]);
    await release();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(calls).toEqual([nameOf(1), nameOf(2)]);
  });

  it('are served by one list where many wait, with at most 4 GETs before', async () => {
    const { reader, calls, lists, release } = bench(many(1_000));
    const names = Object.keys(many(1_000));
    const all = readAll(reader, names);
    await release();
    const results = await all;
    expect(results.map((result) => result.status === 'fulfilled' && result.value)).toEqual(
      names.map((name) => expect.objectContaining({ metadata: expect.objectContaining({ name }) })),
    );
    expect(lists()).toHaveLength(10);
    expect(calls).toHaveLength(4 + 10);
  });

  it('end the list after the last name that a read waits for', async () => {
    const { reader, lists, release } = bench(many(1_000));
    const all = readAll(reader, Object.keys(many(150)));
    await release();
    await all;
    expect(lists()).toHaveLength(2);
  });

  it('continue the list for later names, so that a page is read once', async () => {
    const { reader, lists, release } = bench(many(1_000));
    const names = Object.keys(many(1_000));
    for (const from of [0, 300, 600]) {
      const all = readAll(reader, names.slice(from, from + 300));
      await release();
      await all;
    }
    expect(lists()).toHaveLength(9);
    expect(new Set(lists()).size).toBe(9);
  });

  it('cost the same for each Secret however many there are, where a window of reads moves over them', async () => {
    // Each reconcile reads two of three Secrets, then calls for some steps; 64 are under way.
    const cost = async (count: number): Promise<number> => {
      const { reader, calls, step } = bench(many(count));
      const busy: number[] = [];
      const reconcile = async (first: number): Promise<void> => {
        const slot = busy.push(Number.POSITIVE_INFINITY) - 1;
        await readAll(reader, [nameOf(first), nameOf(first + 2)]);
        busy[slot] = (first * 7) % 11;
      };
      let started = 0;
      do {
        while (busy.filter((steps) => steps > 0).length < 64 && started < count) {
          void reconcile(started);
          started += 3;
        }
        await step();
        for (const [slot, steps] of busy.entries()) {
          busy[slot] = steps - 1;
        }
      } while (started < count || busy.some((steps) => steps > 0));
      return calls.length / count;
    };
    const few = await cost(600);
    expect(few).toBeLessThan(0.04);
    expect(await cost(6_000)).toBeLessThanOrEqual(few * 1.1);
  });

  it('are one GET each where a list would pass over many other Secrets', async () => {
    const { reader, lists, release } = bench(many(3_000));
    const last = Object.keys(many(3_000)).slice(-60);
    const all = readAll(reader, last);
    await release();
    expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(lists()).toHaveLength(0);
  });

  it('leave a list where what is left is far away', async () => {
    const { reader, calls, lists, release } = bench(many(3_000));
    const all = readAll(reader, [...Object.keys(many(150)), nameOf(2_999)]);
    await release();
    expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(lists().length).toBeLessThan(4);
    expect(calls).toContain(nameOf(2_999));
  });

  it('serve several reads of one Secret by the same item', async () => {
    const { reader, calls, release } = bench(many(100));
    const all = readAll(
      reader,
      Array.from({ length: 60 }, () => nameOf(50)),
    );
    await release();
    expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(calls).toHaveLength(4 + 1);
  });

  it('read singly what the list shows in an older version than the metadata cache', async () => {
    const stored = { ...many(60), [nameOf(40)]: { version: '5', cached: '7' } };
    const { reader, calls, release } = bench(stored);
    const all = readAll(reader, Object.keys(stored));
    await release();
    await all;
    expect(calls.filter((call) => call === nameOf(40))).toHaveLength(1);
  });

  it('report a Secret that does not exist after the list', async () => {
    const { reader, release } = bench(many(60));
    const all = readAll(reader, [...Object.keys(many(60)), 'missing']);
    await release();
    expect((await all).at(-1)).toMatchObject({ status: 'rejected', reason: { kind: 'not-found' } });
  });

  it.each([
    ['the roles refuse the list', many(60), new KubeError('forbidden', 'no')],
    ['the list fails', many(60), new KubeError('server', 'broken')],
    [
      'most Secrets of the namespace are not referenced',
      { ...many(200, { version: '5' }), ...many(60) },
      undefined,
    ],
  ])('are one GET each when %s', async (_case, stored, failure) => {
    const { reader, calls, lists, release } = bench(stored, failure);
    const names = Object.keys(many(60));
    const all = readAll(reader, names);
    await release();
    expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(lists()).toHaveLength(1);
    expect(calls.length).toBeLessThanOrEqual(names.length + 1);
  });

  it('list a namespace only once that refused a list', async () => {
    const { reader, lists, release } = bench(many(60), new KubeError('forbidden', 'no'));
    for (const _ of [1, 2]) {
      const all = readAll(reader, Object.keys(many(60)));
      await release();
      await all;
    }
    expect(lists()).toHaveLength(1);
  });

  it('continue a list after reads that it has passed', async () => {
    const names = Object.keys(many(1_000));
    const { reader, calls, release } = bench(many(1_000));
    const calledFor = async (...range: readonly [from: number, to: number]): Promise<readonly string[]> => {
      calls.splice(0);
      const all = readAll(reader, names.slice(...range));
      await release();
      expect((await all).every(({ status }) => status === 'fulfilled')).toBe(true);
      return [...calls];
    };
    await calledFor(0, 600);
    expect(await calledFor(500, 530)).toHaveLength(30);
    expect((await calledFor(600, 630)).filter((call) => !call.startsWith('list '))).toHaveLength(4);
  });

  it('do not wait for a list that has passed their name', async () => {
    const { reader, calls, lists, step, release } = bench(many(1_000));
    const all = readAll(reader, Object.keys(many(1_000)));
    await step(); // The single reads.
    await step(); // The first page.
    expect(calls).not.toContain(nameOf(30));
    const late = reader.read('sales', nameOf(30), signal);
    await step();
    expect(await late).toMatchObject({ metadata: { name: nameOf(30) } });
    expect(calls.filter((call) => call === nameOf(30))).toHaveLength(1);
    expect(lists().length).toBeLessThan(5);
    await release();
    await all;
  });

  it('end with the reason of their signal while they wait, and leave nothing behind', async () => {
    const { reader, calls, release } = bench(many(60));
    const stop = new AbortController();
    const first = readAll(reader, Object.keys(many(4)));
    const waiting = reader.read('sales', nameOf(20), stop.signal);
    stop.abort(new Error('stopping'));
    await expect(waiting).rejects.toThrow('stopping');
    await release();
    await first;
    expect(calls).not.toContain(nameOf(20));
  });
});
