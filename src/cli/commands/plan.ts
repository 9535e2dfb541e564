import { withCluster } from '../cluster/cluster.ts';
import type { ReadResources } from '../cluster/resources.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { CA_AND_HOST_FLAGS } from '../import/account-client.ts';
import type { Arguments } from '../input/arguments.ts';
import { requireName } from '../input/names.ts';
import { planConnector } from '../plan/plan-connector.ts';
import { connectorsOfFile } from '../plan/planned-connectors.ts';
import { type ConnectorPlan, planJson, renderPlan } from '../plan/render.ts';

/** `plan NAME`, `plan -f FILE`. */
export const planChanges: Command = {
  name: 'plan',
  operands: '[NAME]',
  operandCount: { min: 0, max: 1 },
  summary: 'Show the changes that the operator would make.',
  description: [
    'Show the changes that the operator would make for a connector in the cluster, or for the connectors of a file once it is applied. The plan ends at the first change that needs a user. Nothing is changed, neither in the cluster nor in Open Connectors.',
    'The rules are those of the operator, with the defaults of its settings. A Secret that changed since it was applied is listed with all its fields, because its values cannot be compared without the key of the operator.',
    'Required permissions: get infusionsoftconnectors, openconnectorsaccounts, the namespace kube-system, and the Secrets of the connector and its account.',
  ],
  flags: [
    { name: 'filename', short: 'f', value: 'FILE', description: 'manifest with connectors' },
    { name: 'output', short: 'o', value: 'FORMAT', description: 'output format: json' },
    {
      name: 'cluster-id',
      value: 'ID',
      description: 'CLUSTER_ID of the operator (default the uid of the namespace kube-system)',
    },
    { name: 'callback-url', value: 'URL', description: 'callback URL of the operator (default none)' },
    ...CA_AND_HOST_FLAGS,
  ],
  examples: ['plan crm -n sales', 'plan -f connectors.yaml', 'plan crm -n sales -o json'],
  async run(args, [name], context) {
    const { output } = context;
    const file = args.text('filename');
    const format = args.text('output');
    if ((name === undefined) === (file === undefined)) {
      throw new CliError('usage', 'Name a connector, or a file with -f.');
    }
    if (format !== undefined && format !== 'json') {
      throw new CliError('usage', '--output: must be json.');
    }
    return await withCluster<CliExit>(args, context, async ({ reads, namespace }) => {
      const connectors =
        file === undefined
          ? [await reads.connector(namespace, requireName('NAME', name ?? ''))]
          : await connectorsOfFile(file, namespace, reads);
      const sources = {
        context,
        args,
        reads,
        clusterId: await clusterIdOf(args, reads),
        callbackUrl: args.text('callback-url'),
      };
      const plans: ConnectorPlan[] = [];
      for (const connector of connectors) {
        plans.push({ connector, changes: await planConnector(sources, connector) });
      }
      if (format === 'json') {
        output.printText(planJson(plans));
      } else {
        for (const { text, color } of plans.flatMap(renderPlan)) {
          output.print(text, color);
        }
      }
      return plans.every(({ changes }) => changes.length === 0) ? 'ok' : 'changesPlanned';
    });
  },
};

async function clusterIdOf(args: Arguments, reads: ReadResources): Promise<string> {
  const given = args.text('cluster-id');
  if (given !== undefined) {
    return given;
  }
  const found = await reads.clusterId();
  if (found === 'forbidden') {
    throw new CliError('failure', 'You may not get the namespace kube-system.', [
      'Name the id of the cluster with --cluster-id.',
    ]);
  }
  return found.uid;
}
