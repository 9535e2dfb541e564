import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Defect } from './defects.ts';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * Changes the source of modules as they are loaded, so that the operator itself needs no switch. Modules that are
 * loaded already stay as they are. Throws, at the import, where the text of an edit is not there exactly once.
 */
export function injectDefect({ name, edits: own, coveredBy }: Defect): void {
  const edits = [...own, ...(coveredBy?.edits ?? [])];
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const due = edits.filter(({ file }) => pathToFileURL(join(ROOT, file)).href === url);
      if (due.length === 0) {
        return loaded;
      }
      const given = loaded.source ?? '';
      const source = typeof given === 'string' ? given : new TextDecoder().decode(given);
      return { ...loaded, source: due.reduce((text, edit) => replaceOnce(name, text, edit), source) };
    },
  });
}

function replaceOnce(name: string, text: string, { file, from, to }: Defect['edits'][number]): string {
  if (text.split(from).length !== 2) {
    throw new Error(`defect "${name}": ${file} does not have this text exactly once: ${from}`);
  }
  return text.replace(from, () => to);
}
