import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { ALL_NAMESPACES } from '../input/flags.ts';
import { requireName } from '../input/names.ts';
import { adviceOnOrphans, renderOrphans } from '../render/orphans.ts';

/** `orphans [ACCOUNT]`. */
export const orphans: Command = {
  name: 'orphans',
  operands: '[ACCOUNT]',
  operandCount: { min: 0, max: 1 },
  summary: 'Shows instances of this cluster that no resource stands for.',
  description: [
    'Shows the instances in Open Connectors that carry the tags of this cluster and that no resource stands for, from the status of one account, or of all accounts of the namespace. The operator never deletes them by itself.',
    "It needs the right to get or list openconnectorsaccounts. The operator's default account has no resource; the metric openconnectors_instances_orphaned counts it too.",
  ],
  flags: [ALL_NAMESPACES],
  examples: ['orphans -n sales', 'orphans sap -n sales', 'orphans -A'],
  async run(args, [name], { output, clock }) {
    const everywhere = args.given.has('all-namespaces');
    if (everywhere && name !== undefined) {
      throw new CliError('usage', 'An account and --all-namespaces do not go together.');
    }
    return await withCluster<CliExit>(args, clock, async ({ resources, namespace }) => {
      const accounts =
        name === undefined
          ? await resources.accounts(everywhere ? undefined : namespace)
          : [await resources.account(namespace, requireName('ACCOUNT', name))];
      const lines = [...accounts.flatMap(renderOrphans), ...adviceOnOrphans(accounts)];
      for (const line of lines.length === 0 ? ['No accounts here.'] : lines) {
        output.say(line);
      }
      return 'ok';
    });
  },
};
