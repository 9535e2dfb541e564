import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { ALL_NAMESPACES } from '../input/flags.ts';
import { requireName } from '../input/names.ts';
import { printLines } from '../render/output.ts';
import { renderStatus, renderStatusTable } from '../render/status.ts';

/** `status [NAME]`. */
export const status: Command = {
  name: 'status',
  operands: '[NAME]',
  operandCount: { min: 0, max: 1 },
  summary: 'Show the status of one connector, or a table of all.',
  description: [
    'Show the status of one connector: Ready with reason and message, instance, account, authorization, connection Secret, last transition and next retry. Without NAME, show a table of all connectors in the namespace.',
    'Required permissions: get or list infusionsoftconnectors. No Secret is read.',
  ],
  flags: [ALL_NAMESPACES],
  examples: ['status -n sales', 'status crm -n sales', 'status -A'],
  async run(args, [name], context) {
    const { output, clock } = context;
    const everywhere = args.given.has('all-namespaces');
    if (everywhere && name !== undefined) {
      throw new CliError('usage', 'NAME and --all-namespaces are mutually exclusive.');
    }
    return await withCluster<CliExit>(args, context, async ({ resources, namespace }) => {
      const lines =
        name === undefined
          ? await table(everywhere ? undefined : namespace)
          : renderStatus(await resources.connector(namespace, requireName('NAME', name)), clock.now());
      printLines(output.print, lines);
      return 'ok';

      async function table(scope: string | undefined): Promise<string[]> {
        const connectors = await resources.connectors(scope);
        return connectors.length === 0
          ? [`No connectors found in ${scope === undefined ? 'any namespace' : `namespace ${scope}`}.`]
          : renderStatusTable(connectors, clock.now(), scope === undefined);
      }
    });
  },
};
