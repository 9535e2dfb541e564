import type { Fault } from 'open-connectors-simulator/faults.ts';
import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import { sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { instanceIn, type Sightings } from '../model/sightings.ts';
import type { Subject } from '../model/subject.ts';
import { pick } from '../seeds.ts';
import type { StormContext } from './context.ts';
import type { OperationName } from './schedule.ts';

/** What happens during a call: a change of its connector, or a kill of the operator that sent it. */
export type Reaction = OperationName | 'kill the leader';

const REACTIONS: readonly Reaction[] = [
  'kill the leader',
  'kill the leader',
  'kill the leader',
  'delete',
  'delete and re-create',
  'change connector',
  'change accountRef',
  'change accountRef',
  'enable or disable',
  'rotate client_id',
  'rename',
];

const CALLS = [
  'createInstance',
  'createInstance',
  'replaceInstance',
  'patchInstance',
  'deleteInstance',
] as const;
const SWITCHES = ['enableInstance', 'disableInstance', 'ping'] as const;

/** Faults that delay a call, or make its outcome ambiguous. */
const FAULTS: readonly ((random: Random) => Fault)[] = [
  () => ({ kind: 'hang' }),
  () => ({ kind: 'hang', when: 'after' }),
  (random) => ({ kind: 'slow', delayMs: Math.round(500 + random.fraction() * 3_000) }),
  (random) => ({ kind: 'late-commit', delayMs: Math.round(random.fraction() * 6_000) }),
];

/** A fault without a matching call is removed after this time, milliseconds. */
const WAIT_MS = 20_000;
const LOOK_MS = 20;

/** Waits for a call, delays it and acts in the meantime. Returns the action, for the counts. */
export async function ambush(
  { stage, clock, subjects }: StormContext,
  sightings: Sightings,
  random: Random,
  react: (reaction: Reaction, subject: Subject | undefined) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Reaction | undefined> {
  const { simulator } = stage.bench;
  const operation = pick(random, [...CALLS, ...CALLS, ...SWITCHES]);
  const fault = pick(random, FAULTS)(random);
  const reaction = pick(random, REACTIONS);
  const trap = simulator.faults.inject({ match: { operation }, fault });
  const since = simulator.ledger.count();
  const deadline = clock.monotonic() + WAIT_MS;
  while (trap.hits() === 0 && clock.monotonic() < deadline && !signal.aborted) {
    await sleep(clock, LOOK_MS);
  }
  if (trap.hits() === 0) {
    trap.remove();
    return undefined;
  }
  const caught = simulator.ledger
    .entries((entry) => entry.operation === operation && entry.fault === fault.kind && entry.number > since)
    .at(-1);
  const subject = caught && ownerOf(subjects, sightings, caught);
  stage.auditLog.note(
    'fault',
    `${fault.kind} over #${caught?.number} ${operation}: ${reaction}`,
    subject?.key,
  );
  return (await react(reaction, subject)) ? reaction : undefined;
}

function ownerOf(
  subjects: readonly Subject[],
  sightings: Sightings,
  entry: LedgerEntry,
): Subject | undefined {
  const key = sightings.subjectOf(instanceIn(entry));
  return subjects.find(
    (subject) =>
      subject.key === key || subject.codes.some(({ fingerprint }) => fingerprint === entry.codeFingerprint),
  );
}
