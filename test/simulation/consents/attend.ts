import { sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import type { Subject } from '../../soak/model/subject.ts';
import { derivedRandom, pick } from '../../soak/seeds.ts';
import { changeConnector, rename, specOf } from '../../soak/storm/edits.ts';
import { Visitor } from '../../support/consent/visitor.ts';
import { connector } from '../../support/workbench/manifests.ts';
import type { Disturbances } from '../disturbances.ts';
import type { Replicas } from '../environment/replicas.ts';
import type { Stage } from '../environment/stage.ts';
import { askThrough } from './browser.ts';
import type { ConsentChecks } from './consent-checks.ts';
import { goThrough, type PersonTools, WAYS, type Way } from './person.ts';

/** What the persons of a run share. */
export interface Attendance {
  readonly stage: Stage;
  readonly replicas: Replicas;
  readonly checks: ConsentChecks;
  readonly occurs: Disturbances['occurs'];
  /** Of the consent pages. */
  readonly externalUrl: string;
  /** The cookies of a person who attends both connectors, or of each. */
  readonly jarOf: (subject: Subject) => Map<string, string>;
  /** The first consent of each person expires. */
  readonly isLong: boolean;
  /** When the storm ended, milliseconds on the monotonic clock. */
  readonly calmSince: () => number | undefined;
  /** The way of each consent. */
  readonly ways: Way[];
}

const KIND = 'InfusionsoftConnector';
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

/**
 * A person goes through a consent whenever a connector asks for one, and edits the connector when it does not. Each
 * consent and each edit draws from the seed and its number alone, so that leaving one out moves no other.
 */
export async function attend(attendance: Attendance, subject: Subject): Promise<void> {
  const { stage, checks, occurs, externalUrl, isLong, calmSince, ways } = attendance;
  const { environment, clock } = stage;
  const { seed, trace, team } = environment;
  let consents = 0;
  let edits = 0;
  /** The number of consents before an edit that was left out: none follows before the next consent. */
  let isUnedited = -1;
  for (;;) {
    await sleep(clock, LOOK_MS);
    if (!subject.exists) {
      if (!(await team.exists(KIND, subject.name))) {
        await createAttended(stage, subject);
      }
      continue;
    }
    const view = stage.connectors.of(subject.key)?.view;
    const isAsking = view?.conditions.some(
      ({ type, message }) => type === 'Ready' && message.includes(externalUrl),
    );
    const since = calmSince();
    if (view?.deleting !== false || isAsking !== true) {
      const isEdited = since === undefined && consents < CONSENTS && isUnedited !== consents;
      if (isEdited && view?.ready?.status === 'True') {
        edits += 1;
        const name = `edit ${edits} of ${subject.key}`;
        if (occurs(name)) {
          // A new consent is needed after such an edit.
          await edit(attendance, subject, derivedRandom(seed, name));
        } else {
          isUnedited = consents;
        }
      }
      continue;
    }
    if (clock.monotonic() - (since ?? clock.monotonic()) > CALM_MS) {
      checks.look(subject);
    }
    consents += 1;
    const name = `consent ${consents} of ${subject.key}`;
    const random = derivedRandom(seed, name);
    const drawn = isLong && consents === 1 ? 'late' : pick(random, WAYS);
    const isPlain = since !== undefined || consents > CONSENTS || drawn === 'plain';
    const way = isPlain || !occurs(`${name}: ${drawn}`) ? 'plain' : drawn;
    ways.push(way);
    trace.note('person', `${subject.key}: begins a consent (${way})`);
    const result = await goThrough(toolsOf(attendance, subject, name, random), subject, way);
    trace.note('person', `${subject.key}: ${result}`);
    await sleep(clock, since !== undefined ? WAIT_MS : pick(random, [1_000, WAIT_MS]));
  }
}

/** Creates a connector whose code comes from the consent pages. */
export async function createAttended({ environment: { team } }: Stage, subject: Subject): Promise<void> {
  const spec = { ...specOf(subject), oauth: { clientSecretRef: { name: `${subject.name}-oauth` } } };
  await team.create(connector(subject.name, spec));
  subject.exists = true;
}

function toolsOf(attendance: Attendance, subject: Subject, consent: string, random: Random): PersonTools {
  const { stage, replicas, checks, occurs, jarOf, calmSince } = attendance;
  const { seed, team } = stage.environment;
  const ask = askThrough({
    clock: stage.clock,
    replicas,
    randomOf: (request) => derivedRandom(seed, `${consent} request ${request}`),
    occurs: (disturbance) => occurs(`${consent}: ${disturbance}`),
    losses: () => (calmSince() === undefined ? LOSSES : 0),
    onReply: (_method, url, reply) => checks.replied(url, reply),
  });
  return {
    stage,
    random,
    checks,
    visitor: new Visitor(ask, jarOf(subject)),
    kill: () => replicas.kill(Math.floor(random.fraction() * REPLICAS), 'killed'),
    edit: (edited) => edit(attendance, edited, random),
    async remove(removed) {
      await team.remove(KIND, removed.name);
      removed.exists = false;
    },
  };
}

async function edit({ stage, checks }: Attendance, subject: Subject, random: Random): Promise<void> {
  if (random.fraction() < 0.5) {
    await rename(stage, subject, random);
  } else {
    await changeConnector(stage, subject, random);
    checks.edited(subject);
  }
}

/** Processes that serve the consent pages. */
export const REPLICAS = 2;
