import { elementKeyOf } from '../../api/defaults.ts';
import type { Resources, SelectedConnector } from '../cluster/resources.ts';
import { CliError } from '../errors.ts';
import type { Change } from './changes/change.ts';
import { gitOpsManagerOf } from './gitops.ts';
import { type Item, type ItemState, sortItems } from './item.ts';
import { oauthClientProblem } from './oauth-client.ts';

/** Which connectors a run is about. */
export interface Selection {
  /** `undefined`: all namespaces. */
  readonly namespace: string | undefined;
  /** A label selector. */
  readonly selector: string | undefined;
  /** Names in `namespace`; empty for all. */
  readonly names: readonly string[];
}

/** How the connectors are assessed. */
export interface PlanOptions {
  readonly resources: Pick<Resources, 'secret' | 'selectConnectors'>;
  readonly change: Change;
  /** Whether connectors that a GitOps tool manages are changed all the same, or their patches are written. */
  readonly ignoreGitOps: boolean;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

/** The selected connectors that the change concerns, each with how it stands. Throws `CliError`. */
export async function planChange(options: PlanOptions, selection: Selection): Promise<readonly Item[]> {
  const { namespace, selector, names } = selection;
  const found = await options.resources.selectConnectors(namespace, selector);
  const byName = new Map(found.map((one) => [one.connector.metadata.name, one]));
  for (const name of names) {
    if (!byName.has(name)) {
      throw new CliError(
        'failure',
        `InfusionsoftConnector "${name}" not found in namespace "${namespace ?? ''}"${selector === undefined ? '' : ' with these labels'}.`,
      );
    }
  }
  const items: Item[] = [];
  for (const one of found) {
    const isNamed = names.includes(one.connector.metadata.name);
    if (names.length > 0 && !isNamed) {
      continue;
    }
    const state = await assessSelected(options, one);
    if (state !== undefined) {
      items.push({ connector: one.connector, state });
    } else if (isNamed) {
      items.push({
        connector: one.connector,
        state: { kind: 'refused', because: notConcerned(options, one) },
      });
    }
  }
  return sortItems(items);
}

/** How one connector stands; `undefined` where the change does not concern it. */
export async function assessSelected(
  {
    resources,
    change,
    ignoreGitOps,
    now,
  }: Omit<PlanOptions, 'resources'> & {
    readonly resources: Pick<Resources, 'secret'>;
  },
  { connector, fieldManagers }: SelectedConnector,
): Promise<ItemState | undefined> {
  const assessment = change.assess(connector, now());
  switch (assessment.kind) {
    case 'other':
      return undefined;
    case 'started':
      return { kind: 'waiting' };
    case 'planned': {
      const manager =
        ignoreGitOps || !change.changesSpec
          ? undefined
          : gitOpsManagerOf({ metadata: connector.metadata, fieldManagers });
      if (manager !== undefined) {
        const because = `is managed by ${manager}. Change it in Git (--output DIR), or add --force.`;
        return { kind: 'refused', because };
      }
      const because = change.needsOAuthClient ? await oauthClientProblem(resources, connector) : undefined;
      return because === undefined ? assessment : { kind: 'refused', because };
    }
    default:
      return assessment;
  }
}

function notConcerned({ change }: PlanOptions, { connector }: SelectedConnector): string {
  return `uses ${elementKeyOf(connector.spec)}, and there is nothing to ${change.words.verb}.`;
}
