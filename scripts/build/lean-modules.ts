import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Where the replacements are. */
const LEAN = join(import.meta.dirname, 'lean');

/** A module that the bundle replaces by one with only the parts that are used. */
interface Replacement {
  readonly filter: RegExp;
  /** The end of the folder of the importing module. */
  readonly importedFrom?: string;
  readonly by: string;
}

/** The replacements of every program. */
const COMMON: readonly Replacement[] = [
  { filter: /^undici$/, by: 'undici.mjs' },
  {
    filter: /^\.\/gen\/index\.js$/,
    importedFrom: '/@kubernetes/client-node/dist',
    by: 'client-configuration.ts',
  },
  // Error messages in forty languages.
  { filter: /^\.\.\/locales\/index\.js$/, importedFrom: '/zod/v4/classic', by: 'zod-locales.ts' },
  { filter: /^\.\.\/locales\/index\.js$/, importedFrom: '/zod/v4/core', by: 'zod-locales.ts' },
];

const OPERATOR: readonly Replacement[] = [
  // The base class constructs an API client and needs nothing else of the package.
  {
    filter: /^@kubernetes\/client-node$/,
    importedFrom: '/@dot-i/k8s-operator/dist',
    by: 'operator-client.ts',
  },
  // The index also has watches, YAML functions and typed APIs, whose models are a third of the package.
  { filter: /^@kubernetes\/client-node$/, by: 'client-node.ts' },
  // The HTTP client of methods that ReliableOperator overrides.
  { filter: /^gaxios$/, importedFrom: '/@dot-i/k8s-operator/dist', by: 'gaxios.ts' },
  ...COMMON,
];

const PLUGIN: readonly Replacement[] = [
  { filter: /^@kubernetes\/client-node$/, by: 'plugin-client.ts' },
  ...COMMON,
];

/** Resolves modules of which the operator uses little to files with only those parts. */
export const leanOperator: Plugin = leanModules(OPERATOR);

/** The same for the kubectl plugin. */
export const leanPlugin: Plugin = leanModules(PLUGIN);

/**
 * An import of `node:http` reads each of its exports. `WebSocket` is one, and loads Node's own copy of undici: a tenth of the
 * time and some MiB of the start. The module object has the same exports and reads none.
 */
export const httpWithoutWebSocket: Plugin = {
  name: 'http-without-websocket',
  setup({ onLoad, onResolve }) {
    const namespace = 'module-object';
    // A dynamic import of it would have a default export alone.
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace } : undefined,
    );
    onLoad({ filter: /^/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

function leanModules(replacements: readonly Replacement[]): Plugin {
  return {
    name: 'lean-modules',
    setup({ onResolve }) {
      for (const { filter, importedFrom = '', by } of replacements) {
        onResolve({ filter }, ({ importer }) =>
          dirname(importer).replaceAll('\\', '/').endsWith(importedFrom) && !importer.startsWith(LEAN)
            ? { path: join(LEAN, by) }
            : undefined,
        );
      }
    },
  };
}
