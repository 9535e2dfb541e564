import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { ALL_NAMESPACES } from '../input/flags.ts';
import { requireName } from '../input/names.ts';
import { adviceOnOrphans, renderOrphans } from '../render/orphans.ts';
import { printLines } from '../render/output.ts';

/** `orphans [ACCOUNT]`. */
export const orphans: Command = {
  name: 'orphans',
  operands: '[ACCOUNT]',
  operandCount: { min: 0, max: 1 },
  summary: 'List the orphaned instances of an account, or of all accounts.',
  description: [
    'List the instances in Open Connectors that have the tags of this cluster but no resource, from the status of one account, or of all accounts in the namespace. The operator never deletes them.',
    "Required permissions: get or list openconnectorsaccounts. The operator's default account has no resource; see the metric openconnectors_instances_orphaned.",
  ],
  flags: [ALL_NAMESPACES],
  examples: ['orphans -n sales', 'orphans sap -n sales', 'orphans -A'],
  async run(args, [name], context) {
    const everywhere = args.given.has('all-namespaces');
    if (everywhere && name !== undefined) {
      throw new CliError('usage', 'ACCOUNT and --all-namespaces are mutually exclusive.');
    }
    return await withCluster<CliExit>(args, context, async ({ resources, namespace }) => {
      const accounts =
        name === undefined
          ? await resources.accounts(everywhere ? undefined : namespace)
          : [await resources.account(namespace, requireName('ACCOUNT', name))];
      const lines = [...accounts.flatMap(renderOrphans), ...adviceOnOrphans(accounts)];
      printLines(
        context.output.print,
        lines.length === 0
          ? [`No accounts found in ${everywhere ? 'any namespace' : `namespace ${namespace}`}.`]
          : lines,
      );
      return 'ok';
    });
  },
};
