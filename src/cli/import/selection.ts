import { CliError } from '../errors.ts';
import type { Arguments } from '../input/arguments.ts';
import type { Candidate } from './candidates.ts';

/** Which instances are imported. */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly all: boolean;
  readonly tag: string | undefined;
  readonly element: string | undefined;
}

/** Reads the operands and flags; `undefined`: nothing is selected, and the instances are shown. Throws `CliError`. */
export function readSelection(args: Arguments, operands: readonly string[]): Selection | undefined {
  const ids = new Set(operands.map(idOf));
  const [tag, element, all] = [args.text('tag'), args.text('element'), args.given.has('all')];
  if (all && ids.size > 0) {
    throw new CliError('usage', 'Ids and --all exclude each other.');
  }
  return ids.size === 0 && !all && tag === undefined && element === undefined
    ? undefined
    : { ids, all, tag, element };
}

/** The selected candidates. Throws `CliError` where the account has no instance of a selected id. */
export function select(candidates: readonly Candidate[], selection: Selection): readonly Candidate[] {
  for (const id of selection.ids) {
    if (!candidates.some(({ instance }) => instance.id === id)) {
      throw new CliError('failure', `The account has no instance ${id}.`);
    }
  }
  return candidates.filter(
    ({ instance: { id, tags, element } }) =>
      (selection.ids.size === 0 || selection.ids.has(id)) &&
      (selection.tag === undefined || tags?.includes(selection.tag) === true) &&
      (selection.element === undefined || element === selection.element),
  );
}

function idOf(text: string): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) {
    throw new CliError('usage', 'INSTANCE: must be the id of an instance.');
  }
  return id;
}
