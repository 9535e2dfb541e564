import { sleep } from '../../../src/runtime/clock.ts';
import type { Subject } from '../../soak/model/subject.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';
import { changeConnector, rename, specOf } from '../../soak/storm/edits.ts';
import { Visitor } from '../../support/consent/visitor.ts';
import { connector } from '../../support/workbench/manifests.ts';
import type { Violation } from '../checks/violation.ts';
import type { Definitions } from '../environment/cluster.ts';
import type { Stage } from '../environment/stage.ts';
import { seededFates } from '../schedule/fates.ts';
import { profileOf } from '../schedule/profile.ts';
import { openSession } from '../session.ts';
import { askThrough } from './browser.ts';
import { type ConsentChecks, checkConsents } from './consent-checks.ts';
import { goThrough, type PersonTools, WAYS, type Way } from './person.ts';

/** The result of one seed. */
export interface ConsentResult {
  /** Accepted callbacks, and codes that an operator sent. */
  readonly granted: number;
  readonly sent: number;
  readonly ways: readonly Way[];
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
}

const EXTERNAL_URL = 'https://connect.example.com';
const KIND = 'InfusionsoftConnector';
const CONNECTORS = 2;
/** Consents of each person in the storm. */
const CONSENTS = 5;
/** How often a person looks whether a connector asks, milliseconds. */
const LOOK_MS = 2_000;
/** How long a person waits after a consent before the next one, milliseconds. */
const WAIT_MS = 45_000;
/** Part of the answers to a browser that are lost. */
const LOSSES = 0.15;
/** After the last fault, an accepted code is sent within this time, milliseconds. */
const CALM_MS = 150_000;
/** A storm in which a consent expires, milliseconds. */
const LONG_MS = 18 * 60_000;
/** Part of the seeds with such a storm. */
const LONG = 0.1;

/** Two replicas serve the consent pages while people go through consents in every clumsy way. */
export async function runConsentSeed(definitions: Definitions, seed: number): Promise<ConsentResult> {
  const profile = { ...profileOf(seed), connectors: CONNECTORS, replicas: 2 };
  const random = derivedRandom(seed, 'consents');
  const fates = seededFates(seed, profile, () => true);
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
  const { clock, trace, team } = environment;
  const checks = checkConsents(stage, monitor.report);
  late.checks = checks;
  let calmSince: number | undefined;
  const ways: Way[] = [];
  try {
    for (const subject of stage.subjects) {
      await create(stage, subject);
    }
    const replicas = environment.startOperator(profile.replicas, EXTERNAL_URL);
    const visitors = new Map<string, Visitor>();
    const isShared = random.fraction() < 0.4;
    const isLong = random.fraction() < LONG;
    const tools: PersonTools = {
      stage,
      random,
      checks,
      visitor({ key }) {
        // One person with one browser for both connectors, or a person for each.
        const owner = isShared ? '' : key;
        const line = { clock, replicas, random, losses: () => (calmSince === undefined ? LOSSES : 0) };
        const visitor =
          visitors.get(owner) ??
          new Visitor(askThrough({ ...line, onReply: (_method, url, reply) => checks.replied(url, reply) }));
        visitors.set(owner, visitor);
        return visitor;
      },
      kill: () => replicas.kill(Math.floor(random.fraction() * profile.replicas), 'killed'),
      async edit(subject) {
        if (random.fraction() < 0.5) {
          await rename(stage, subject, random);
        } else {
          await changeConnector(stage, subject, random);
          checks.edited(subject);
        }
      },
      async remove(subject) {
        await team.remove(KIND, subject.name);
        subject.exists = false;
      },
    };
    const attend = async (subject: Subject): Promise<void> => {
      let consents = 0;
      for (;;) {
        await sleep(clock, LOOK_MS);
        if (!subject.exists) {
          if (!(await team.exists(KIND, subject.name))) {
            await create(stage, subject);
          }
          continue;
        }
        const view = stage.connectors.of(subject.key)?.view;
        const isAsking = view?.conditions.some(
          ({ type, message }) => type === 'Ready' && message.includes(EXTERNAL_URL),
        );
        if (view?.deleting !== false || isAsking !== true) {
          if (calmSince === undefined && consents < CONSENTS && view?.ready?.status === 'True') {
            // A new consent is needed after such an edit.
            await tools.edit(subject);
          }
          continue;
        }
        const isCalm = calmSince !== undefined;
        if (clock.monotonic() - (calmSince ?? clock.monotonic()) > CALM_MS) {
          checks.look(subject);
        }
        const some = isLong && consents === 0 ? 'late' : pick(random, WAYS);
        const way = isCalm || consents >= CONSENTS ? 'plain' : some;
        consents += 1;
        ways.push(way);
        trace.note('person', `${subject.key}: begins a consent (${way})`);
        trace.note('person', `${subject.key}: ${await goThrough(tools, subject, way)}`);
        await sleep(clock, isCalm ? WAIT_MS : pick(random, [1_000, WAIT_MS]));
      }
    };
    for (const subject of stage.subjects) {
      void attend(subject).catch((error: unknown) =>
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
    return { granted, sent, ways, violations: monitor.violations, trace: trace.lines };
  } finally {
    environment.stop();
  }
}

/** A connector whose code comes from the consent pages. */
async function create({ environment: { team } }: Stage, subject: Subject): Promise<void> {
  const spec = { ...specOf(subject), oauth: { clientSecretRef: { name: `${subject.name}-oauth` } } };
  await team.create(connector(subject.name, spec));
  subject.exists = true;
}
