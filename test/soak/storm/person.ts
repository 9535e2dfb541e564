import { inspect } from 'node:util';
import type { Simulation } from 'open-connectors-simulator/simulation.ts';
import { type Clock, sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { secret } from '../../support/workbench/manifests.ts';
import { issueCode } from '../model/codes.ts';
import type { ConnectorView } from '../model/connector-view.ts';
import { receivedCodes } from '../model/received.ts';
import type { IssuedCode, Subject } from '../model/subject.ts';
import type { OperationStage } from './context.ts';

/** Reasons of Ready=False that request a code. */
const ASKING = new Set([
  'AuthorizationRequired',
  'AuthorizationExpired',
  'AuthorizationDenied',
  'AuthorizationRevoked',
  'AuthorizationFailed',
  'CredentialUsed',
]);

/** A stored code that was superseded by a request for another one before it reached Open Connectors. */
export interface DisregardedCode {
  readonly subject: string;
  readonly code: IssuedCode;
  /** When the operator changed its record after the code was stored; `undefined` if it did not. */
  readonly recordedAt: number | undefined;
}

/** A user who gives every requested consent. */
export interface Person {
  readonly stored: number;
  readonly disregarded: readonly DisregardedCode[];
  /** Stops; resolves when it has stopped. */
  stop(): Promise<void>;
}

const LOOK_MS = 300;
/** Maximum time from the receipt of a code to a changed status. */
const ANSWER_MS = 4_000;
/** Maximum time from the record of a code to its request, also after a fail-over. */
const SENDING_MS = 12_000;
/** Maximum time until a code is read, also after several killed leaders. */
const READING_MS = 30_000;

/** Reaction time of the user to an instance in another account, milliseconds. */
const SEEING_MS = 3_000;

/** References the account of the instance again. */
async function returnToAccount(stage: OperationStage, subject: Subject, sinceMs: number): Promise<void> {
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

type Issued = ReturnType<typeof issueCode>;

/** What `kubectl openconnectors authorize` is for: an authorization code, also where the spec has a refresh token. */
function namesCommand({ conditions }: ConnectorView): boolean {
  const message = conditions.find(({ type }) => type === 'Ready')?.message ?? '';
  return message.includes('kubectl openconnectors authorize');
}

async function storeNext(simulator: Simulation, clock: Clock, subject: Subject): Promise<Issued> {
  const next = issueCode(simulator, clock, subject);
  await subject.tenant.namespace.patch('Secret', subject.codeSecret, { stringData: { code: next.value } });
  next.stored();
  return next;
}

/** As the command does: stores a code in a Secret of its own, and references it instead of the refresh token. */
async function authorizeByCode(simulator: Simulation, clock: Clock, subject: Subject): Promise<Issued> {
  subject.grant = 'code';
  subject.codeSecret = `${subject.name}-authorization-code`;
  const next = issueCode(simulator, clock, subject);
  const { namespace } = subject.tenant;
  await namespace.create(secret(subject.codeSecret, { code: next.value }));
  next.stored();
  const oauth = { authorizationCodeSecretRef: { name: subject.codeSecret }, refreshTokenSecretRef: null };
  await namespace.patch('InfusionsoftConnector', subject.name, { spec: { oauth } });
  return next;
}

interface Asked {
  since: number;
  maxWaitMs: number;
}

/** Stores a new code for each connector that requests one and had time to use the last one. */
export function startPerson(
  stage: OperationStage,
  subjects: readonly Subject[],
  clock: Clock,
  random: Random,
  lookMs = LOOK_MS,
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
    const isCodeNeeded = subject.grant === 'refresh token' && namesCommand(watched.view);
    const next = isCodeNeeded
      ? await authorizeByCode(simulator, clock, subject)
      : await storeNext(simulator, clock, subject);
    stored += 1;
    asked.delete(subject.key);
    stage.auditLog.note('person', `stored code ${next.fingerprint}, asked by ${ready?.reason}`, subject.key);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const received = receivedCodes(simulator.ledger);
      for (const subject of subjects) {
        // The API server fails some calls during a storm; a user tries again.
        await look(subject, received).catch((error: unknown) =>
          stage.auditLog.note('person', `failed: ${inspect(error)}`, subject.key),
        );
      }
      await sleep(clock, lookMs, stopping.signal).catch(() => undefined);
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
