import type { Fault, InjectedFault } from 'open-connectors-simulator/faults.ts';
import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import type { Random } from '../../../src/runtime/random.ts';
import type { AuditLog } from '../model/audit-log.ts';
import { pick } from '../seeds.ts';
import { CREATE_DEADLINE_MS } from '../stage/stage.ts';

interface FaultPlan {
  readonly name: string;
  readonly operations: readonly string[];
  readonly fault: (random: Random) => Fault;
}

const GRANTS = ['createInstance', 'replaceInstance'] as const;
const READS = ['listInstances', 'readInstance', 'ping', 'readOrganization'] as const;
const CHANGES = ['patchInstance', 'deleteInstance', 'enableInstance', 'disableInstance'] as const;
const ALL = [...GRANTS, ...GRANTS, ...READS, ...CHANGES] as const;

const PLANS: readonly FaultPlan[] = [
  { name: '429', operations: ALL, fault: () => ({ kind: 'throttle', retryAfterSeconds: 1 }) },
  { name: '429 without Retry-After', operations: GRANTS, fault: () => ({ kind: 'throttle' }) },
  { name: '502 before the commit', operations: ALL, fault: () => ({ kind: 'status', status: 502 }) },
  {
    name: '502 after the commit',
    operations: [...GRANTS, ...CHANGES],
    fault: () => ({ kind: 'status', status: 502, when: 'after' }),
  },
  { name: 'reset before the commit', operations: ALL, fault: () => ({ kind: 'reset' }) },
  {
    name: 'reset after the commit',
    operations: [...GRANTS, ...CHANGES],
    fault: () => ({ kind: 'reset', when: 'after' }),
  },
  { name: 'half an answer', operations: [...GRANTS, ...READS], fault: () => ({ kind: 'half' }) },
  {
    name: 'commit after the client gave up',
    operations: GRANTS,
    fault: (random) => ({ kind: 'late-commit', delayMs: Math.round(random.fraction() * 4_000) }),
  },
  {
    name: 'slow commit',
    operations: GRANTS,
    fault: (random) => ({
      kind: 'slow',
      delayMs: Math.round(CREATE_DEADLINE_MS * (0.5 + random.fraction())),
    }),
  },
  { name: 'slow answer', operations: ALL, fault: () => ({ kind: 'slow', delayMs: 700, when: 'after' }) },
  { name: '404 page of a gateway', operations: READS, fault: () => ({ kind: 'gateway-page' }) },
];

/** Injected faults by kind, and the number of affected requests. */
export interface FaultTable {
  /** Applies a fault to the next one or two requests of a kind. */
  inject(random: Random): void;
  hits(): ReadonlyMap<string, number>;
}

export function createFaultTable(simulator: Simulator, auditLog: AuditLog): FaultTable {
  const injected: { readonly name: string; readonly fault: InjectedFault }[] = [];
  return {
    inject(random) {
      const plan = pick(random, PLANS);
      const operation = pick(random, plan.operations);
      const times = random.fraction() < 0.25 ? 2 : 1;
      const fault = simulator.faults.inject({ match: { operation }, times, fault: plan.fault(random) });
      injected.push({ name: plan.name, fault });
      auditLog.note('fault', `${plan.name} for the next ${times} ${operation}`);
    },
    hits() {
      const sums = new Map(PLANS.map(({ name }) => [name, 0]));
      for (const { name, fault } of injected) {
        sums.set(name, (sums.get(name) ?? 0) + fault.hits());
      }
      return sums;
    },
  };
}
