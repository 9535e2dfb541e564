import { callsBetween, countKubeCalls } from '../../test/support/controlplane/kube-calls.ts';
import type { Cost } from '../scenarios/result.ts';
import type { Stage } from '../stage/stage.ts';
import type { Subject } from '../subjects/subject.ts';
import { growthOf, type MemorySample } from './growth.ts';

/** The kinds of calls that only the load generator makes while a program works. */
const OF_THE_LOAD = [
  'list infusionsoftconnectors',
  'create infusionsoftconnectors',
  'delete infusionsoftconnectors',
];

/**
 * Starts a program, or takes a running one, and measures it until `isDone`. CPU and calls are those of this time; the peak
 * of the memory is that of the process. The time includes `before`, what the load generator does first.
 */
export async function measure(
  { plane, simulator }: Stage,
  program: Subject | (() => Subject),
  isDone: (subject: Subject) => Promise<unknown>,
  before?: () => Promise<void>,
): Promise<{ readonly cost: Cost; readonly subject: Subject }> {
  const callsBefore = await countKubeCalls(plane);
  const externalBefore = simulator.ledger.entries().length;
  const from = performance.now();
  await before?.();
  const isNew = typeof program === 'function';
  const subject = isNew ? program() : program;
  let usage = subject.usage();
  const cpuBefore = isNew ? 0 : usage.cpuMs;
  const memory: MemorySample[] = [];
  const sampler = setInterval(() => {
    usage = latestOf(subject, usage);
    memory.push({ ageMs: performance.now() - from, rssMiB: usage.rssMiB });
  }, 100);
  try {
    await isDone(subject);
  } finally {
    clearInterval(sampler);
  }
  const wallMs = performance.now() - from;
  usage = latestOf(subject, usage);
  const kubeCalls = new Map(
    [...callsBetween(callsBefore, await countKubeCalls(plane))].filter(
      ([kind]) => !OF_THE_LOAD.includes(kind),
    ),
  );
  const externalCalls = new Map<string, number>();
  for (const { operation } of simulator.ledger.entries().slice(externalBefore)) {
    externalCalls.set(operation, (externalCalls.get(operation) ?? 0) + 1);
  }
  const cost = {
    wallMs,
    cpuMs: usage.cpuMs - cpuBefore,
    peakRssMiB: usage.peakRssMiB,
    rssMiB: usage.rssMiB,
    growthMiBPerMinute: growthOf([memory]),
    kubeCalls,
    externalCalls,
  };
  return { cost, subject };
}

/** The usage now, or the last one of a process that has ended. */
function latestOf(subject: Subject, last: ReturnType<Subject['usage']>): ReturnType<Subject['usage']> {
  try {
    return subject.usage();
  } catch {
    return last; // The process has ended.
  }
}
