import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Defect } from './defect.ts';

/** The operator and the simulation as a run uses them. */
export type Runner = typeof import('../run.ts');
/** The same for changes of fields. */
export type FieldRunner = typeof import('../mutator/run-mutations.ts');
/** The same for shards. */
export type ShardRunner = typeof import('../shards/shard-run.ts');
/** The same for the consent pages. */
export type ConsentRunner = typeof import('../consents/consent-run.ts');

type Injected = Pick<Defect, 'name' | 'edits' | 'coveredBy'>;

const ROOT = pathToFileURL(join(import.meta.dirname, '../../..')).href;
/** Modules that are loaded once more for each defect. */
const OWN = [`${ROOT}/src/`, `${ROOT}/test/`];

/**
 * Loads the operator and the simulation once more, with the defect in the source as it is loaded, so that the operator
 * itself needs no switch. Throws where the text of an edit is not there exactly once.
 */
export async function importWithDefect(defect: Injected): Promise<Runner> {
  return await load<Runner>(defect, 'run.ts');
}

/** As `importWithDefect`, for changes of fields. */
export async function importFieldsWithDefect(defect: Injected): Promise<FieldRunner> {
  return await load<FieldRunner>(defect, 'mutator/run-mutations.ts');
}

/** As `importWithDefect`, for shards. */
export async function importShardsWithDefect(defect: Injected): Promise<ShardRunner> {
  return await load<ShardRunner>(defect, 'shards/shard-run.ts');
}

/** As `importWithDefect`, for the consent pages. */
export async function importConsentsWithDefect(defect: Injected): Promise<ConsentRunner> {
  return await load<ConsentRunner>(defect, 'consents/consent-run.ts');
}

async function load<Module>({ name, edits: own, coveredBy }: Injected, file: string): Promise<Module> {
  const edits = [...own, ...(coveredBy?.edits ?? [])];
  const tag = `?defect=${encodeURIComponent(name)}`;
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const isOwn = OWN.some((folder) => resolved.url.startsWith(folder)) && !resolved.url.includes('?');
      return isOwn && context.parentURL?.endsWith(tag) ? { ...resolved, url: resolved.url + tag } : resolved;
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const due = edits.filter(({ file }) => url === `${ROOT}/${file}${tag}`);
      if (due.length === 0) {
        return loaded;
      }
      const given = loaded.source ?? '';
      const source = typeof given === 'string' ? given : new TextDecoder().decode(given);
      return { ...loaded, source: due.reduce((text, edit) => replaceOnce(name, text, edit), source) };
    },
  });
  try {
    const module: Module = await import(`${ROOT}/test/simulation/${file}${tag}`);
    return module;
  } finally {
    hooks.deregister();
  }
}

function replaceOnce(name: string, text: string, { file, from, to }: Defect['edits'][number]): string {
  if (text.split(from).length !== 2) {
    throw new Error(`defect "${name}": ${file} does not have this text exactly once: ${from}`);
  }
  return text.replace(from, () => to);
}
