import { inspect } from 'node:util';
import { type Clock, sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { issueCode } from '../model/codes.ts';
import { receivedCodes } from '../model/received.ts';
import type { IssuedCode, Subject } from '../model/subject.ts';
import type { Stage } from '../stage/stage.ts';

/** Reasons of Ready=False that ask a person for a code. */
const ASKING = new Set([
  'AuthorizationRequired',
  'AuthorizationExpired',
  'AuthorizationDenied',
  'AuthorizationRevoked',
  'AuthorizationFailed',
  'CredentialUsed',
]);

/** A code that a person stored, and for which another one was asked before it reached Open Connectors. */
export interface DisregardedCode {
  readonly subject: string;
  readonly code: IssuedCode;
  /** When the operator changed its record after the code was stored; `undefined` where it did not. */
  readonly recordedAt: number | undefined;
}

/** The person who consents again and again. */
export interface Person {
  readonly stored: number;
  readonly disregarded: readonly DisregardedCode[];
  /** Resolves once it has stopped. */
  stop(): Promise<void>;
}

const LOOK_MS = 300;
/** An answer to a code that was received shows within this time. */
const ANSWER_MS = 4_000;
/** A code whose sending was recorded leaves within this time, also after a fail-over. */
const SENDING_MS = 12_000;
/** A code is read within this time, also where several leaders are killed one after the other. */
const READING_MS = 30_000;

/** A person needs this long to see that the instance is in another account, milliseconds. */
const SEEING_MS = 3_000;

/** Names the account again that has the instance. */
async function returnToAccount(stage: Stage, subject: Subject, sinceMs: number): Promise<void> {
  if (sinceMs < SEEING_MS) {
    return;
  }
  const { wanted, tenant, name } = subject;
  wanted.account = wanted.account === 'sap' ? 'spare' : 'sap';
  await tenant.namespace.patch('InfusionsoftConnector', name, {
    spec: { accountRef: { name: wanted.account } },
  });
  stage.auditLog.note('person', `set accountRef to ${wanted.account} again`, subject.key);
}

interface Asked {
  since: number;
  maxWaitMs: number;
}

/** Stores a new code wherever a connector asks for one and has had time to use the last one. */
export function startPerson(
  stage: Stage,
  subjects: readonly Subject[],
  clock: Clock,
  random: Random,
): Person {
  const { simulator } = stage.bench;
  const asked = new Map<string, Asked>();
  const disregarded: DisregardedCode[] = [];
  const stopping = new AbortController();
  let stored = 0;

  const look = async (subject: Subject, received: ReturnType<typeof receivedCodes>): Promise<void> => {
    const watched = stage.connectors.of(subject.key);
    const ready = watched?.view.ready;
    if (ready?.reason === 'AccountChanged' && watched?.view.current === true) {
      await returnToAccount(stage, subject, clock.now() - watched.readySince);
      return;
    }
    if (watched?.view.deleting !== false || ready?.status === 'True' || !ASKING.has(ready?.reason ?? '')) {
      asked.delete(subject.key);
      return;
    }
    const now = clock.now();
    const since = asked.get(subject.key) ?? { since: now, maxWaitMs: 500 + random.fraction() * 1_500 };
    asked.set(subject.key, since);
    const code = subject.codes.at(-1);
    if (code === undefined || now - since.since < since.maxWaitMs) {
      return;
    }
    const arrivals = received.get(code.fingerprint) ?? [];
    const arrivedAt = arrivals.at(-1)?.at;
    const recordedAt =
      watched.recordedAt !== undefined && watched.recordedAt > code.storedAt ? watched.recordedAt : undefined;
    const due =
      arrivedAt !== undefined
        ? arrivedAt + ANSWER_MS
        : recordedAt !== undefined
          ? recordedAt + SENDING_MS
          : code.storedAt + READING_MS;
    if (now < due) {
      return;
    }
    if (arrivedAt === undefined) {
      disregarded.push({ subject: subject.key, code, recordedAt });
      stage.auditLog.note(
        'person',
        `asked for another code although ${code.fingerprint} has not reached Open Connectors`,
        subject.key,
      );
    }
    const next = issueCode(simulator, clock, subject);
    await subject.tenant.namespace.patch('Secret', `${subject.name}-code`, {
      stringData: { code: next.value },
    });
    next.stored();
    stored += 1;
    asked.delete(subject.key);
    stage.auditLog.note('person', `stored code ${next.fingerprint}, asked by ${ready?.reason}`, subject.key);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const received = receivedCodes(simulator.ledger);
      for (const subject of subjects) {
        // The API server answers some calls with an error in a storm; a person tries again.
        await look(subject, received).catch((error: unknown) =>
          stage.auditLog.note('person', `failed: ${inspect(error)}`, subject.key),
        );
      }
      await sleep(clock, LOOK_MS, stopping.signal).catch(() => undefined);
    }
  };
  const running = run();
  running.catch(() => stopping.abort()); // `stop` reports it.
  return {
    get stored() {
      return stored;
    },
    disregarded,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
