/** The scenarios, in the order in which a run takes them. */
export const SCENARIO_NAMES = ['create', 'idle', 'restart', 'delete'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** The programs beside the operator, in the order of the table. */
export const YARDSTICKS = ['bare', 'plain', 'go'] as const;

export type Yardstick = (typeof YARDSTICKS)[number];

/** What the table and the progress call them. */
export const WORDS: Readonly<Record<Yardstick, string>> = {
  bare: 'bare client',
  plain: 'plain library',
  go: 'Go operator',
};
