import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REASON_NAMES } from '../../../src/api/reasons.ts';

/** Everything that writes conditions and events. */
const EMITTERS = ['account', 'connector', 'operator', 'reconciler'].map((folder) =>
  join(import.meta.dirname, '../../../src', folder),
);

/** The texts that `source` has between quotes, but for those that it only compares something with or looks up. */
function textsOf(source: string): string[] {
  return [...source.matchAll(/(?<before>[=!]==\s*|\bincludes\(\s*|\bcase\s+)?'(?<text>\w+)'/g)]
    .filter(({ groups }) => groups?.['before'] === undefined)
    .map(({ groups }) => groups?.['text'] ?? '');
}

/** The texts that `source` may write to a condition or an event. */
function emittedIn(source: string): ReadonlySet<string> {
  const withoutComments = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  return new Set(textsOf(withoutComments));
}

const sources = EMITTERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8')),
);
const emitted = new Set(sources.flatMap((source) => [...emittedIn(source)]));

describe('the scan for reasons', () => {
  it('finds reasons that are emitted, and not those that are compared, looked up or commented', () => {
    const source = `
      // blocked('Ready', 'Commented')
      /** 'Documented' */
      if (reason === 'Compared' || reason !== 'Refused' || ['x'].includes('LookedUp')) {
        return blocked('Synced', 'Emitted', text);
      }
      return { type, reason: 'Reported' };
    `;
    expect(emittedIn(source)).toEqual(new Set(['x', 'Synced', 'Emitted', 'Reported']));
  });
});

describe('a declared reason', () => {
  it.each(REASON_NAMES)('is emitted: %s', (name) => {
    expect(emitted).toContain(name);
  });
});
