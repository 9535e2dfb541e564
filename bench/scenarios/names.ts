/** The scenarios, in the order in which a run takes them. */
export const SCENARIO_NAMES = ['create', 'idle', 'restart', 'delete'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];
