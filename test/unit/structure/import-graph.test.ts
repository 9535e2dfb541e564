import { describe, expect, it } from 'vitest';
import { readImports } from './imports.ts';

/** The folders of `src` and what each may import, lowest first. A folder stands below those that may import it. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  runtime: [],
  provider: [],
  http: [],
  kube: ['http', 'runtime'],
  api: ['kube', 'provider', 'runtime'],
  secrets: ['api', 'kube', 'provider', 'runtime'],
  openconnectors: ['http', 'provider', 'runtime', 'secrets'],
  authorization: ['api', 'provider', 'runtime', 'secrets'],
  config: ['api', 'openconnectors', 'provider', 'runtime'],
  ownership: ['api', 'kube', 'openconnectors', 'provider', 'runtime'],
  reconciler: ['api', 'kube', 'ownership', 'runtime', 'secrets'],
  account: ['api', 'kube', 'openconnectors', 'ownership', 'reconciler', 'runtime', 'secrets'],
  connector: [
    ...['api', 'authorization', 'kube', 'openconnectors', 'ownership', 'provider', 'reconciler', 'runtime'],
    'secrets',
  ],
  consent: [
    ...['api', 'authorization', 'config', 'kube', 'openconnectors', 'ownership', 'provider', 'runtime'],
    'secrets',
  ],
  // The same observe and decide as the operator's show a plan.
  cli: [
    ...['api', 'authorization', 'config', 'kube', 'openconnectors', 'ownership', 'provider', 'runtime'],
    ...['connector', 'secrets'],
  ],
  operator: [
    ...['api', 'config', 'kube', 'openconnectors', 'ownership', 'reconciler', 'runtime', 'secrets'],
    ...['account', 'authorization', 'connector'],
  ],
  telemetry: [
    ...['api', 'config', 'http', 'kube', 'openconnectors', 'ownership', 'provider', 'reconciler', 'runtime'],
    ...['consent', 'secrets'],
  ],
};

/** The most source files of one folder; a larger one has more than one idea. */
const MAX_FILES = 14;

const { files, imports } = readImports('src');

/** The folder of `src` that a file belongs to; empty for those of `src` itself, which wire the rest together. */
function folderOf(file: string): string {
  const [folder, ...rest] = file.split('/');
  return folder === undefined || rest.length === 0 ? '' : folder;
}

/** The files of one cycle of imports; `undefined` where there is none. */
function cycleFrom(file: string, path: readonly string[], done: Set<string>): readonly string[] | undefined {
  if (path.includes(file)) {
    return [...path.slice(path.indexOf(file)), file];
  }
  if (done.has(file)) {
    return undefined;
  }
  for (const { to } of imports.get(file) ?? []) {
    const cycle = cycleFrom(to, [...path, file], done);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  done.add(file);
  return undefined;
}

describe('the imports of src', () => {
  it.each(Object.entries(ALLOWED))('of %s lead to the folders below it alone', (folder, allowed) => {
    const wrong = files
      .filter((file) => folderOf(file) === folder)
      .flatMap((file) => (imports.get(file) ?? []).map(({ to }) => ({ file, to })))
      .filter(({ to }) => folderOf(to) !== folder && !allowed.includes(folderOf(to)));
    expect(wrong).toEqual([]);
  });

  it('name every folder', () => {
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ''));
    expect([...folders].sort()).toEqual(Object.keys(ALLOWED).sort());
  });

  it('form no cycle of folders', () => {
    const order = Object.keys(ALLOWED);
    const upward = Object.entries(ALLOWED).flatMap(([folder, allowed]) =>
      allowed.filter((to) => order.indexOf(to) >= order.indexOf(folder)).map((to) => `${folder} -> ${to}`),
    );
    expect(upward).toEqual([]);
  });

  it('form no cycle of files', () => {
    const done = new Set<string>();
    const cycles = files.flatMap((file) => cycleFrom(file, [], done) ?? []);
    expect(cycles).toEqual([]);
  });

  it('lead to nothing outside of src', () => {
    const outside = files.flatMap((file) =>
      (imports.get(file) ?? []).filter(({ to }) => to.startsWith('..')).map(({ to }) => `${file} -> ${to}`),
    );
    expect(outside).toEqual([]);
  });
});

describe('a folder of src', () => {
  it('has a handful of files', () => {
    const counts = new Map<string, number>();
    for (const file of files) {
      const folder = file.slice(0, Math.max(0, file.lastIndexOf('/')));
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
  });
});
