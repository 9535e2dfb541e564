/** Scenarios whose result is a cost: time, CPU, memory and calls. */
const COST_SCENARIOS = ['create', 'idle', 'restart', 'delete'] as const;

/** The scenarios, in the order in which a run takes them. */
export const SCENARIO_NAMES = [
  ...COST_SCENARIOS,
  'start',
  'reaction',
  'trigger',
  'failover',
  'faults',
] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];
export type CostScenario = (typeof COST_SCENARIOS)[number];

/** Whether the result of a scenario is a cost. */
export function isCostScenario(name: ScenarioName): name is CostScenario {
  return COST_SCENARIOS.some((one) => one === name);
}

/** The programs beside the operator, in the order of the table. */
export const YARDSTICKS = ['bare', 'plain', 'go'] as const;

export type Yardstick = (typeof YARDSTICKS)[number];

/** Every program that is measured. */
export type ProgramName = 'operator' | Yardstick;

/** What the table and the progress call them. */
export const WORDS: Readonly<Record<ProgramName, string>> = {
  operator: 'operator',
  bare: 'bare client',
  plain: 'plain library',
  go: 'Go operator',
};
