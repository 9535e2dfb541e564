import { CONDITION_TYPES } from '../../api/condition.ts';
import { isReason, REASON_NAMES } from '../../api/reasons.ts';
import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import { requireName } from '../input/names.ts';
import { renderConditionType, renderConnector, renderReason } from '../render/explain.ts';
import { printLines } from '../render/output.ts';

/** `explain NAME|REASON`. */
export const explain: Command = {
  name: 'explain',
  operands: 'NAME|REASON',
  operandCount: { min: 1, max: 1 },
  summary: 'Explain the conditions of a connector, or a reason.',
  description: [
    'Explain the conditions of a connector and what to do about them.',
    'A reason such as AuthorizationRequired, or a condition type such as Stalled, needs no cluster.',
  ],
  flags: [],
  examples: ['explain crm -n sales', 'explain AuthorizationRequired', 'explain Stalled'],
  async run(args, [word = ''], context) {
    const lines =
      explainWord(word) ??
      (await withCluster(args, context, async ({ resources, namespace }) =>
        renderConnector(await resources.connector(namespace, requireName('NAME', word))),
      ));
    printLines(context.output.print, lines);
    return 'ok';
  },
};

/** Explains a reason or a condition type; `undefined` for the name of a connector, which has no capitals. */
function explainWord(word: string): string[] | undefined {
  if (isReason(word)) {
    return renderReason(word);
  }
  const type = CONDITION_TYPES.find((candidate) => candidate === word);
  if (type !== undefined) {
    return renderConditionType(type);
  }
  if (!/[A-Z]/.test(word)) {
    return undefined;
  }
  const similar = [...REASON_NAMES, ...CONDITION_TYPES].filter(
    (name) =>
      name.toLowerCase().includes(word.toLowerCase()) || word.toLowerCase().includes(name.toLowerCase()),
  );
  throw new CliError('usage', 'Unknown reason or condition type.', [
    similar.length === 0
      ? `Reasons: ${REASON_NAMES.join(', ')}.`
      : `Similar: ${[...new Set(similar)].join(', ')}.`,
  ]);
}
