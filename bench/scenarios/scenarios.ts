import type { ScenarioContext } from './context.ts';
import { measureFailover } from './failover.ts';
import { measureFaults } from './faults.ts';
import { measureLifecycle } from './lifecycle.ts';
import { isCostScenario } from './names.ts';
import { measureReaction } from './reaction.ts';
import type { RunResult, Timing } from './result.ts';
import { measureStart } from './start.ts';
import { measureTrigger } from './trigger.ts';

/** Each gives the times of one scenario. */
const TIMINGS = [
  ['start', measureStart],
  ['reaction', measureReaction],
  ['trigger', measureTrigger],
  ['failover', measureFailover],
] as const;

/** Runs the chosen scenarios one after the other. */
export async function runScenarios(context: ScenarioContext): Promise<RunResult> {
  const { scenarios } = context.options;
  const costs = scenarios.some(isCostScenario) ? await measureLifecycle(context) : [];
  const timings: Timing[] = [];
  for (const [scenario, measure] of TIMINGS) {
    if (scenarios.includes(scenario)) {
      timings.push(...(await measure(context)));
    }
  }
  const faults = scenarios.includes('faults') ? await measureFaults(context) : [];
  return { costs, timings, faults };
}
