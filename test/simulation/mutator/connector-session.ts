import { z } from 'zod';
import { API_VERSION, CONNECTOR_NAMES } from '../../../src/api/group.ts';
import type { Definitions } from '../environment/cluster.ts';
import { TEAM } from '../environment/cluster.ts';
import { openSession, type Session } from '../session.ts';
import type { Fate, Fates } from '../wire/fate.ts';
import { type Base, renewGrants, type Spec } from './bases.ts';
import { type EndState, endStateOf } from './end-state.ts';

/** One connector and its operator. */
export interface ConnectorSession {
  readonly session: Session;
  /** The spec of the base. */
  readonly spec: Spec;
  create(spec: Spec): Promise<Answer>;
  /** Replaces the whole spec. */
  replace(spec: Spec): Promise<Answer>;
  /** Stores a code and a refresh token that were never used, as a person who is asked. */
  renewGrants(): Promise<void>;
  /** Lets everything settle, and returns what the connector came to. */
  settle(): Promise<Settled>;
}

/** The answer of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A settled connector. */
export interface Settled {
  readonly state: EndState;
  readonly isReady: boolean;
  /** Types, reasons and messages of all conditions. */
  readonly conditions: string;
}

const PATH = `/apis/${API_VERSION}/namespaces/${TEAM}/${CONNECTOR_NAMES.plural}`;
const FATE: Fate = { connectMs: 0, travelMs: 2, answerMs: 3 };
/** Without a write for this time, longer than each period of the operator but the ping, everything has settled. */
const CALM_MS = 70_000;
const LOOK_MS = 10_000;
/** The most time to settle; a connector that fails tries again with longer and longer pauses. */
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
export async function withConnector<T>(
  definitions: Definitions,
  base: Base,
  use: (session: ConnectorSession) => Promise<T>,
  fates: Fates = () => FATE,
): Promise<T> {
  const session = await openSession({
    seed: 1,
    definitions,
    connectors: 1,
    element: 'infusionsoftcrm',
    isAttended: false,
    fates,
  });
  const { environment, stage, monitor, pass } = session;
  try {
    const [subject] = stage.subjects;
    if (subject === undefined) {
      throw new Error('the stage has no connector');
    }
    const { rest, server } = environment.cluster;
    const { name } = subject;
    const object = () => server.store.get('infusionsoftconnectors.openconnectors.dev', `${TEAM}/${name}`);
    const send = async (method: string, path: string, body: object): Promise<Answer> => {
      const { status, body: answer } = await rest.request(method, path, body);
      return { status, text: JSON.stringify(answer) };
    };
    const spec = await base.prepare(stage, subject);
    environment.startOperator(1);
    return await use({
      session,
      spec,
      create: (wanted) =>
        send('POST', PATH, {
          apiVersion: API_VERSION,
          kind: CONNECTOR_NAMES.kind,
          metadata: { name },
          spec: wanted,
        }),
      replace: (wanted) => send('PUT', `${PATH}/${name}`, { ...object(), spec: wanted }),
      renewGrants: () => renewGrants(stage, subject),
      async settle() {
        const start = environment.clock.monotonic();
        const isSettled = (): boolean => {
          const { metadata, status } = stored.parse(object());
          const isCurrent = status.observedGeneration === metadata.generation;
          return isCurrent && environment.clock.monotonic() - Math.max(start, monitor.writtenAt) >= CALM_MS;
        };
        while (!isSettled() && environment.clock.monotonic() - start < MOST_MS) {
          await pass(LOOK_MS);
          const [broken] = monitor.violations;
          if (broken !== undefined) {
            throw new Error(`${broken.property}: ${broken.text}`);
          }
        }
        const { conditions } = stored.parse(object()).status;
        return {
          state: endStateOf(stage, name),
          isReady: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
          conditions: conditions
            .map(({ type, status, reason, message }) => `${type}=${status}/${reason} ${message}`)
            .join('\n'),
        };
      },
    });
  } finally {
    environment.stop();
  }
}
