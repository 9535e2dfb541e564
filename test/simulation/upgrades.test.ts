import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { hasPreviousRelease, unpackPreviousRelease } from '../support/previous/previous-release.ts';
import { simulateInProcess } from './child.ts';
import { compileDefinitions } from './environment/cluster.ts';
import { run } from './run.ts';
import { earlierRecord, learnKeyedHash } from './upgrades/earlier-form.ts';

/** The seeds that run, from 1 on. */
const SEEDS = 100;

const RECORD = {
  salt: 'salt',
  digest: 'digest-2',
  credential: 'key:hash-2',
  at: '2026-11-28T10:00:00.000Z',
  firstAt: '2026-11-28T10:00:00.000Z',
  kind: 'code',
  operation: 'create',
  client: 'key:client',
  sends: 1,
  earlier: [{ digest: 'digest-1', at: '2026-11-28T09:00:00.000Z', kind: 'code', created: 'one' }],
};
const EARLIER = {
  credential: 'key:hash-2',
  at: RECORD.at,
  client: RECORD.client,
  spent: ['key:hash-1'],
};

it(`keeps every property in ${SEEDS} seeds with upgrades from the release before`, async () => {
  const { code, output } = await simulateInProcess(['--seeds', `1..${SEEDS}`, '--upgrades']);
  process.stdout.write(`simulation with upgrades: ${output.trim().split('\n').at(-1)}\n`);
  expect(output.split('\n').filter((line) => line.startsWith('seed '))).toEqual([]);
  expect(code).toBe(0);
});

it('starts from records, statuses and connection Secrets of the release before', async () => {
  const definitions = await compileDefinitions();
  const { trace } = await run({ seed: 5, definitions, upgrades: true });
  const rewritten = trace.filter((line) => line.includes(' upgrade '));
  for (const form of ['record of the release before', 'status without', 'without the key element']) {
    expect(rewritten).toContainEqual(expect.stringContaining(form));
  }
});

it('writes a record with the keyed hashes of all credentials that were sent', () => {
  expect(JSON.parse(rewrite() ?? '')).toEqual(EARLIER);
  expect(earlierRecord(new Map(), undefined)).toBeUndefined();
});

it.skipIf(!hasPreviousRelease())('writes a record that the release before reads', async () => {
  const { program, remove } = unpackPreviousRelease();
  try {
    const file = join(dirname(program), 'controller', 'attempt.ts');
    const previous: { readonly parseAttempt: (annotation: string | undefined) => unknown } = await import(
      /* @vite-ignore */ pathToFileURL(file).href
    );
    expect(previous.parseAttempt(rewrite())).toEqual(EARLIER);
  } finally {
    remove();
  }
});

function rewrite(): string | undefined {
  const hashes = new Map<string, string>();
  learnKeyedHash(
    hashes,
    JSON.stringify({ ...RECORD, digest: 'digest-1', credential: 'key:hash-1', earlier: [] }),
  );
  learnKeyedHash(hashes, JSON.stringify(RECORD));
  return earlierRecord(hashes, JSON.stringify(RECORD));
}
