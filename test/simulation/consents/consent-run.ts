import { derivedRandom } from '../../soak/seeds.ts';
import { disturbancesBut } from '../disturbances.ts';
import type { Definitions } from '../environment/cluster.ts';
import { seededFates } from '../schedule/fates.ts';
import { profileOf } from '../schedule/profile.ts';
import { openSession } from '../session.ts';
import type { Shrinkable } from '../shrink.ts';
import { attend, createAttended, REPLICAS } from './attend.ts';
import { type ConsentChecks, checkConsents } from './consent-checks.ts';
import type { Way } from './person.ts';

/** The result of one seed. */
export interface ConsentResult extends Shrinkable {
  /** Accepted callbacks, and codes that an operator sent. */
  readonly granted: number;
  readonly sent: number;
  readonly ways: readonly Way[];
  readonly trace: readonly string[];
}

export interface ConsentRunOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  /** Faults, crashes, edits and ways through a consent to leave out, by name. */
  readonly without?: ReadonlySet<string>;
}

const EXTERNAL_URL = 'https://connect.example.com';
const CONNECTORS = 2;
/** A storm in which a consent expires, milliseconds. */
const LONG_MS = 18 * 60_000;
/** Part of the seeds with such a storm. */
const LONG = 0.1;
/** Part of the seeds in which one person with one browser attends both connectors. */
const SHARED = 0.4;

/** Two replicas serve the consent pages while people go through consents in every clumsy way. */
export async function runConsentSeed({
  seed,
  definitions,
  without,
}: ConsentRunOptions): Promise<ConsentResult> {
  const profile = { ...profileOf(seed), connectors: CONNECTORS, replicas: REPLICAS };
  const random = derivedRandom(seed, 'consents');
  const { names: disturbances, occurs } = disturbancesBut(without);
  const fates = seededFates(seed, profile, occurs);
  const late: { checks?: ConsentChecks } = {};
  const session = await openSession({
    seed,
    definitions,
    connectors: CONNECTORS,
    isAttended: false,
    fates(call) {
      late.checks?.called(call);
      return fates.of(call);
    },
    onLog: (process, line) => late.checks?.logged(process, line),
  });
  const { environment, stage, monitor, until, settle } = session;
  const { clock, trace } = environment;
  const checks = checkConsents(stage, monitor.report);
  late.checks = checks;
  let calmSince: number | undefined;
  const ways: Way[] = [];
  try {
    for (const subject of stage.subjects) {
      await createAttended(stage, subject);
    }
    const replicas = environment.startOperator(REPLICAS, EXTERNAL_URL);
    const isShared = random.fraction() < SHARED && occurs('one browser for both connectors');
    const isLong = random.fraction() < LONG && occurs('a consent that expires');
    const jars = new Map<string, Map<string, string>>();
    const attendance = {
      stage,
      replicas,
      checks,
      occurs,
      externalUrl: EXTERNAL_URL,
      jarOf({ key }: { readonly key: string }) {
        const owner = isShared ? '' : key;
        const jar = jars.get(owner) ?? new Map<string, string>();
        jars.set(owner, jar);
        return jar;
      },
      isLong,
      calmSince: () => calmSince,
      ways,
    };
    for (const subject of stage.subjects) {
      void attend(attendance, subject).catch((error: unknown) =>
        monitor.report({ property: 'sound run', text: `a person failed: ${String(error)}` }),
      );
    }
    const end = clock.monotonic() + (isLong ? LONG_MS : profile.stormMs * 2);
    await until(() => clock.monotonic() >= end);
    calmSince = clock.monotonic();
    fates.calm();
    await settle();
    for (const subject of monitor.violations.length === 0 ? stage.subjects : []) {
      checks.look(subject);
    }
    const { granted, sent } = checks;
    return { granted, sent, ways, violations: monitor.violations, trace: trace.lines, disturbances };
  } finally {
    environment.stop();
  }
}
