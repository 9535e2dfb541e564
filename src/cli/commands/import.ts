import { withCluster } from '../cluster/cluster.ts';
import type { Command } from '../command.ts';
import { CliError } from '../errors.ts';
import type { CliExit } from '../exit-codes.ts';
import { OPEN_CONNECTORS_FLAGS, withAccount } from '../import/account-client.ts';
import { type Candidate, candidatesOf } from '../import/candidates.ts';
import { type ConnectorManifest, connectorManifest } from '../import/manifest.ts';
import { resourceNames } from '../import/names.ts';
import { renderCandidates, renderManifest, renderSkipped } from '../import/render.ts';
import { readSelection, select } from '../import/selection.ts';
import { writeFolder } from '../import/write-folder.ts';
import { nextCommand } from '../input/next-command.ts';
import { printLines } from '../render/output.ts';

/** `import [INSTANCE...]`. */
export const importInstances: Command = {
  name: 'import',
  operands: '[INSTANCE...]',
  operandCount: { min: 0, max: 1_000 },
  summary: 'Write manifests that adopt existing instances.',
  description: [
    'List the Infusionsoft instances of an account that no operator manages, or write a connector for each selected one. Nothing is changed, neither in the cluster nor in Open Connectors.',
    'The connectors only observe (spec.managementPolicy). Create the Secrets that the manifests name, apply the manifests, review the plan, and set spec.managementPolicy to Manage: the operator then adopts the instance and writes its tags only.',
    'Required permissions: get or list openconnectorsaccounts, get the Secret of the account. Masked values never enter a manifest; instances that cannot be imported are listed with the reason.',
  ],
  flags: [
    ...OPEN_CONNECTORS_FLAGS,
    { name: 'all', description: 'every instance that can be imported' },
    { name: 'tag', value: 'TAG', description: 'instances with this tag' },
    { name: 'element', value: 'KEY', description: 'instances of infusionsoftcrm or infusionsoftrest' },
    {
      name: 'output-dir',
      value: 'DIR',
      description: 'folder for one file per connector and a kustomization (default standard output)',
    },
  ],
  examples: [
    'import -n sales',
    'import 4711 4712 -n sales > connectors.yaml',
    'import --all --element infusionsoftcrm -n sales --output-dir connectors',
  ],
  async run(args, operands, context) {
    const selection = readSelection(args, operands);
    const folder = args.text('output-dir');
    if (selection === undefined && folder !== undefined) {
      throw new CliError('usage', '--output-dir: needs ids, --all, --tag or --element.');
    }
    return await withCluster<CliExit>(args, context, ({ reads, namespace }) =>
      withAccount(
        context,
        reads,
        { namespace, name: args.text('account') },
        args,
        async ({ name: account, api }) => {
          const instances = await api.listAllInstances();
          for (const { token } of instances) {
            if (token !== undefined) {
              context.output.redact(token);
            }
          }
          const candidates = candidatesOf(instances);
          if (selection === undefined) {
            const next = nextCommand(importInstances, args, operands, {
              platform: context.platform,
              namespace,
              without: [],
              flags: ['--all', '--output-dir', 'connectors'],
            });
            printLines(context.output.print, renderCandidates(candidates, next));
            return 'ok';
          }
          const selected = select(candidates, selection);
          const manifests = manifestsOf(selected, namespace, account);
          if (folder === undefined) {
            context.output.printText(manifests.map(renderManifest).join('---\n'));
          } else {
            const paths = await writeFolder(folder, manifests);
            printLines(context.output.print, [
              ...paths.map((path) => `Wrote ${path}.`),
              ...(manifests.length === 0
                ? []
                : [`Create the Secrets that the files name, then run: kubectl apply -k ${folder}`]),
            ]);
          }
          const skipped = renderSkipped(selected);
          printLines(context.output.printError, skipped);
          return skipped.length === 0 ? 'ok' : 'userAction';
        },
      ),
    );
  },
};

function manifestsOf(
  selected: readonly Candidate[],
  namespace: string,
  account: string,
): readonly ConnectorManifest[] {
  const instances = selected.flatMap((candidate) =>
    candidate.kind === 'importable' ? [candidate.instance] : [],
  );
  const names = resourceNames(instances);
  return instances.map((instance) =>
    connectorManifest(instance, {
      namespace,
      account,
      name: names.get(instance.id) ?? `instance-${instance.id}`,
    }),
  );
}
