import { z } from 'zod';
import { API_VERSION, CONNECTOR_NAMES, GROUP } from '../../../src/api/group.ts';
import type { Definitions } from '../environment/cluster.ts';
import { TEAM } from '../environment/cluster.ts';
import { openSession, type Session } from '../session.ts';
import type { Fate, Fates } from '../wire/fate.ts';
import type { Base, MutatedKind, Spec } from './kind.ts';
import { watchTraffic } from './traffic.ts';

/** One object whose fields are changed, and its operator. */
export interface ObjectSession {
  readonly session: Session;
  /** The spec of the base. */
  readonly spec: Spec;
  create(spec: Spec): Promise<Answer>;
  /** Replaces the whole spec. */
  replace(spec: Spec): Promise<Answer>;
  /** Stores what a person has to give again, as a person who is asked. */
  renew(): Promise<void>;
  /** Lets everything settle, and returns what the object came to. */
  settle(): Promise<Settled>;
}

/** The answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A settled object, with the connectors that depend on it. */
export interface Settled {
  readonly state: unknown;
  /** Whether all of them are Ready. */
  readonly isReady: boolean;
  /** The object first. */
  readonly objects: readonly ObservedObject[];
}

/** What the status of an object shows. */
export interface ObservedObject {
  readonly name: string;
  readonly isReady: boolean;
  /** Types, reasons and messages of all conditions. */
  readonly conditions: string;
}

const FATE: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };
const LOOK_MS = 10_000;
/** The most time to settle; what fails is tried again with longer and longer pauses. */
const MOST_MS = 900_000;

const stored = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(-1),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() }))
        .default([]),
    })
    .default({ observedGeneration: -1, conditions: [] }),
});

/** Starts an operator beside the objects of a base, runs `use`, and stops everything. Throws if a property is broken. */
export async function withObject<T>(
  definitions: Definitions,
  kind: MutatedKind,
  base: Base,
  use: (session: ObjectSession) => Promise<T>,
  fates: Fates = () => FATE,
): Promise<T> {
  const { traffic, follow, ...observer } = watchTraffic(fates);
  const session = await openSession({
    seed: 1,
    definitions,
    connectors: kind.connectors,
    element: 'infusionsoftcrm',
    isAttended: false,
    ...observer,
  });
  const { environment, stage, monitor, pass } = session;
  const { clock, cluster } = environment;
  follow(clock);
  try {
    const storedAt = (plural: string, name: string) =>
      cluster.server.store.get(`${plural}.${GROUP}`, `${TEAM}/${name}`);
    const send = async (method: string, path: string, body: object): Promise<Answer> => {
      const { status, body: answer } = await cluster.rest.request(method, path, body);
      return { status, text: JSON.stringify(answer) };
    };
    const { kind: ofKind, plural } = kind.names;
    const path = `/apis/${API_VERSION}/namespaces/${TEAM}/${plural}`;
    const spec = await base.prepare(stage);
    const objects = [
      { plural, name: kind.name },
      ...kind.users.map((name) => ({ plural: CONNECTOR_NAMES.plural, name })),
    ];
    environment.startOperator(1);
    return await use({
      session,
      spec,
      create: (wanted) =>
        send('POST', path, {
          apiVersion: API_VERSION,
          kind: ofKind,
          metadata: { name: kind.name },
          spec: wanted,
        }),
      replace: (wanted) =>
        send('PUT', `${path}/${kind.name}`, { ...storedAt(plural, kind.name), spec: wanted }),
      renew: () => kind.renew(stage),
      async settle() {
        const start = clock.monotonic();
        const isSettled = (): boolean =>
          objects.every((one) => isCurrent(storedAt(one.plural, one.name))) &&
          clock.monotonic() - Math.max(start, monitor.writtenAt) >= kind.calmMs;
        while (!isSettled() && clock.monotonic() - start < MOST_MS) {
          await pass(LOOK_MS);
          const [broken] = monitor.violations;
          if (broken !== undefined) {
            throw new Error(`${broken.property}: ${broken.text}`);
          }
        }
        const shown = objects.map((one) => shownBy(one.name, storedAt(one.plural, one.name)));
        const isReady = shown.every((one) => one.isReady);
        return { state: await kind.observe({ session, traffic, isReady }), isReady, objects: shown };
      },
    });
  } finally {
    environment.stop();
  }
}

function isCurrent(object: unknown): boolean {
  const { metadata, status } = stored.parse(object);
  return status.observedGeneration === metadata.generation;
}

function shownBy(name: string, object: unknown): ObservedObject {
  const { conditions } = stored.parse(object).status;
  return {
    name,
    isReady: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
    conditions: conditions
      .map(({ type, status, reason, message }) => `${type}=${status}/${reason} ${message}`)
      .join('\n'),
  };
}

/** The conditions of all objects. */
export function conditionsOf({ objects }: Settled): string {
  return objects.map(({ name, conditions }) => `${name}: ${conditions}`).join('\n');
}
