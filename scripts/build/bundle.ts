import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { httpWithoutWebSocket, leanOperator, leanPlugin } from './lean-modules.ts';
import { licensesOf } from './licenses.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** A program of the product: one bundle, with a file for each part that is imported on demand. */
interface Program {
  readonly name: string;
  readonly entry: string;
  readonly lean: Plugin;
}

const PROGRAMS: readonly Program[] = [
  { name: 'main', entry: 'src/main.ts', lean: leanOperator },
  { name: 'kubectl-openconnectors', entry: 'src/cli/main.ts', lean: leanPlugin },
];

/** CommonJS packages in an ES module need a `require` for Node's own modules. */
const BANNER =
  "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);";

/** The main file of a program; `path` is relative to the folder of the bundle. */
export interface BundledProgram {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Bundles the programs with what they use of their dependencies into `outdir`, with source maps and the licenses of the
 * packages. Returns the main file of each. The same sources give the same bytes.
 */
export async function bundle(outdir: string): Promise<readonly BundledProgram[]> {
  const bundles = await Promise.all(PROGRAMS.map((program) => bundleProgram(program, outdir)));
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  await writeFile(join(outdir, 'LICENSES.txt'), licensesOf(ROOT, inputs));
  await writeFile(join(outdir, 'package.json'), '{ "type": "module" }\n');
  return bundles.map(({ metafile }, index) => {
    const path = `${PROGRAMS[index]?.name}.js`;
    const [, output] = Object.entries(metafile.outputs).find(([name]) => name.endsWith(`/${path}`)) ?? [];
    return { path, bytes: output?.bytes ?? 0 };
  });
}

/** Bundles one module in the way of the operator, for suites that start operators in their own process. */
export async function bundleOperatorModule(entry: string, outdir: string): Promise<string> {
  await bundleProgram({ name: 'operator', entry, lean: leanOperator }, outdir);
  return join(outdir, 'operator.js');
}

function bundleProgram({ name, entry, lean }: Program, outdir: string) {
  return build({
    absWorkingDir: ROOT,
    entryPoints: { [name]: entry },
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Names of functions and classes stay, for stacks and for errors that are named after their class.
    minifySyntax: true,
    minifyWhitespace: true,
    // Node prints the line of an uncaught error.
    lineLimit: 160,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    banner: { js: BANNER },
    chunkNames: `${name}-chunks/[name]-[hash]`,
    metafile: true,
    // The same bytes with and without the settings of the type checker beside the sources.
    tsconfigRaw: {},
    logLevel: 'warning',
    plugins: [lean, httpWithoutWebSocket],
  });
}
