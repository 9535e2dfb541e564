import type { InfusionsoftConnector, PlannedChange } from '../../api/connector.ts';
import type { Color } from '../render/output.ts';
import { titleOf } from '../render/title.ts';

/** The plan of one connector. */
export interface ConnectorPlan {
  readonly connector: InfusionsoftConnector;
  readonly changes: readonly PlannedChange[];
}

/** One line of output. */
export interface Line {
  readonly text: string;
  readonly color?: Color;
}

const MARKS: Readonly<Record<PlannedChange['action'], { readonly mark: string; readonly color: Color }>> = {
  Create: { mark: '+', color: 'green' },
  Update: { mark: '~', color: 'yellow' },
  Enable: { mark: '~', color: 'yellow' },
  Disable: { mark: '~', color: 'yellow' },
  Reauthorize: { mark: '~', color: 'yellow' },
  Delete: { mark: '-', color: 'red' },
};

/** A plan as a diff: one line for each change, its fields below, and what a user has to provide. */
export function renderPlan({ connector, changes }: ConnectorPlan): readonly Line[] {
  const title = titleOf(connector);
  return changes.length === 0
    ? [{ text: `${title}: no changes` }]
    : [{ text: `${title}:` }, ...changes.flatMap(renderChange)];
}

function renderChange({ action, target, fields, needs }: PlannedChange): readonly Line[] {
  const { mark, color } = MARKS[action];
  return [
    { text: `  ${mark} ${action} ${target}`, color },
    ...fields.map((field) => ({ text: `      ${mark} ${field}`, color })),
    ...(needs === undefined ? [] : [{ text: `      needs: ${needs}`, color: 'cyan' as const }]),
  ];
}

/** Plans as JSON. */
export function planJson(plans: readonly ConnectorPlan[]): string {
  const items = plans.map(({ connector: { metadata }, changes }) => ({
    namespace: metadata.namespace,
    name: metadata.name,
    plan: changes,
  }));
  return JSON.stringify({ items }, undefined, 2);
}
