import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Audit, audit } from './checks/audit.ts';
import { sightInstances } from './model/sightings.ts';
import { addForeignInstances, prepareSubjects } from './model/subjects.ts';
import type { SoakOptions } from './options.ts';
import { createProgress } from './report/progress.ts';
import { type SoakResult, violationsOf } from './report/result.ts';
import { formatFindings, formatTable } from './report/table.ts';
import { writeTraces } from './report/traces.ts';
import { derivedRandom } from './seeds.ts';
import { runControllers } from './stage/controllers.ts';
import { buildStage } from './stage/stage.ts';
import { waitForCalm } from './storm/calm.ts';
import type { StormContext } from './storm/context.ts';
import { createFaultTable } from './storm/faults.ts';
import { createResource } from './storm/lifecycle.ts';
import { startPerson } from './storm/person.ts';
import { scheduleStorm } from './storm/schedule.ts';
import { rage, type StormCounts } from './storm/storm.ts';

/** Runs storm, calm and checks. Prints the findings; returns whether nothing was lost. */
export async function soak(
  options: SoakOptions,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  await using cleanup = new AsyncDisposableStack();
  const clock = systemClock;
  const stage = await buildStage(options, cleanup);
  const { simulator } = stage.bench;
  print(`seed ${options.seed} on ${stage.plane.name} ${stage.plane.version}, logs in ${stage.folder}\n`);

  const preparation = derivedRandom(options.seed, 'preparation');
  const foreign = addForeignInstances(stage, clock, preparation);
  const subjects = await prepareSubjects(stage, clock, preparation);
  const context: StormContext = { stage, clock, subjects, foreign };
  const sightings = sightInstances(simulator, stage.auditLog, clock);
  cleanup.defer(async () => sightings.stop());
  const stopTending = runControllers(stage, clock);
  cleanup.defer(stopTending);
  const person = startPerson(stage, subjects, clock, derivedRandom(options.seed, 'person'));
  const faults = createFaultTable(simulator, stage.auditLog);
  const counts: StormCounts = { operations: new Map(), ambushes: new Map(), skipped: 0, failed: [] };
  const look = (): Promise<Audit> => audit(context, sightings, person.disregarded, stage.replicas.deaths);
  const startedAt = clock.now();
  const progress = createProgress({ context, clock, counts, faults, look, print });
  cleanup.defer(async () => progress.stop());

  for (const subject of subjects) {
    await createResource(context, subject);
  }
  const schedule = scheduleStorm({
    ...options,
    lengthMs: options.minutes * 60_000,
    tenants: stage.tenants.length,
  });
  await rage(context, schedule, { faults, sightings, counts }, signal);
  const hits = faults.hits();
  simulator.faults.clear();
  stage.proxy.calm();
  stage.auditLog.note('operation', 'the storm is over');
  print('the storm is over\n');

  const { audit: last, tookMs } = await waitForCalm(context, look, () => undefined, signal);
  progress.stop();
  await person.stop();
  await stopTending();
  const badEnds = await stage.replicas.stop();
  const afterwards = await look();
  const result: SoakResult = {
    options,
    controlPlane: `${stage.plane.name} ${stage.plane.version}`,
    // After the operators ended, so that it includes their last calls.
    audit: { ...last, sentTwice: afterwards.sentTwice, lost: afterwards.lost },
    tookMs,
    counts,
    faults: hits,
    watches: stage.proxy.counts,
    deaths: stage.replicas.deaths,
    memory: stage.replicas.memory,
    codesStored: person.stored,
    instancesCreated: simulator.ledger.count(
      ({ operation, committed }) => operation === 'createInstance' && committed,
    ),
    badEnds,
    complaints: await stage.close(),
  };
  const table = `${formatTable(result)}${formatFindings(result)}`;
  print(table);
  await writeFile(join(stage.folder, 'result.txt'), table);
  const passed = violationsOf(result).every(({ findings }) => findings.length === 0);
  const { explained, unread } = result.audit.lost;
  const noted = [...violationsOf(result).flatMap(({ findings }) => findings), ...explained, ...unread];
  const traces = await writeTraces(context, sightings, noted, startedAt);
  print(
    passed
      ? `passed with seed ${options.seed}\n`
      : `failed with seed ${options.seed}; traces and logs in ${stage.folder}\n`,
  );
  for (const path of traces) {
    print(`  ${path}\n`);
  }
  return passed;
}
