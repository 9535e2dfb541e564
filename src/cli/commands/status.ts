import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { ALL_NAMESPACES } from '../input/flags.ts';
import { requireName } from '../input/names.ts';
import { renderStatus, renderStatusTable } from '../render/status.ts';

/** `status [NAME]`. */
export const status: Command = {
  name: 'status',
  operands: '[NAME]',
  operandCount: { min: 0, max: 1 },
  summary: 'Shows how connectors are: one in full, or a table of all.',
  description: [
    'Shows how a connector is: Ready with its reason and message, the instance, the account, the authorization, the Secret for applications, the last change, and when a failure is tried again.',
    'Without a name, a table of all connectors of the namespace. It needs the right to get or list infusionsoftconnectors, and reads no Secret.',
  ],
  flags: [ALL_NAMESPACES],
  examples: ['status -n sales', 'status crm -n sales', 'status -A'],
  async run(args, [name], { output, clock }) {
    const everywhere = args.given.has('all-namespaces');
    if (everywhere && name !== undefined) {
      throw new CliError('usage', 'A name and --all-namespaces do not go together.');
    }
    return await withCluster<CliExit>(args, clock, async ({ resources, namespace }) => {
      const lines =
        name === undefined
          ? await table(everywhere ? undefined : namespace)
          : renderStatus(await resources.connector(namespace, requireName('NAME', name)), clock.now());
      for (const line of lines) {
        output.say(line);
      }
      return 'ok';

      async function table(place: string | undefined): Promise<string[]> {
        const connectors = await resources.connectors(place);
        return connectors.length === 0
          ? [`No connectors in ${place === undefined ? 'any namespace' : `namespace ${place}`}.`]
          : renderStatusTable(connectors, clock.now(), place === undefined);
      }
    });
  },
};
