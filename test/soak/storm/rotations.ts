import { sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { issueCode } from '../model/codes.ts';
import { receivedCodes } from '../model/received.ts';
import type { Subject, Tenant } from '../model/subject.ts';
import type { Operation, OperationContext } from './context.ts';

/** The provider has the new secret before the user stores it. */
export const rotateClientSecret: Operation = async ({ stage, clock }, subject, random) => {
  const { clientId } = subject.app;
  subject.app = stage.bench.simulator.registerApp({ clientId });
  await sleep(clock, random.fraction() * 1_000);
  await storeApp(subject);
  return 'new client_secret';
};

/** Another OAuth client: the old one still works, and the new one needs a consent. */
export const rotateClientId: Operation = async ({ stage }, subject) => {
  subject.app = stage.bench.simulator.registerApp();
  await storeApp(subject);
  return 'new client_id and client_secret';
};

function storeApp({ app, name, tenant }: Subject): Promise<void> {
  const stringData = { client_id: app.clientId, client_secret: app.clientSecret };
  return tenant.namespace.patch('Secret', `${name}-oauth`, { stringData });
}

export const rotateEncryptedKey: Operation = async ({ stage, clock }, subject, random) => {
  const encryptedKey = random.bytes(16).toString('hex');
  stage.bench.simulator.registerAccount({ server: subject.server, encryptedKey });
  await sleep(clock, random.fraction() * 1_000);
  await subject.tenant.namespace.patch('Secret', `${subject.name}-key`, { stringData: { encryptedKey } });
  return 'new encrypted key';
};

/** A code without a request for it. Skipped while it is unknown whether the current one was sent. */
export const storeNewCode: Operation = async ({ stage, clock }, subject) => {
  const { simulator } = stage.bench;
  const last = subject.codes.at(-1);
  const recordedAt = stage.connectors.of(subject.key)?.recordedAt ?? 0;
  const isOpen =
    last !== undefined &&
    recordedAt > last.storedAt &&
    !receivedCodes(simulator.ledger).has(last.fingerprint);
  if (isOpen) {
    return undefined;
  }
  const code = issueCode(simulator, clock, subject);
  await subject.tenant.namespace.patch('Secret', subject.codeSecret, {
    stringData: { code: code.value },
  });
  code.stored();
  return `code ${code.fingerprint} stored unasked`;
};

/** The platform accepts only the new user secret before the Secret has it. */
export async function rotateAccount(
  { stage, clock }: OperationContext,
  { namespace, userId }: Tenant,
  random: Random,
): Promise<string> {
  const { userSecret } = stage.bench.simulator.rotateUserSecret(userId);
  await sleep(clock, random.fraction() * 3_000);
  await namespace.patch('Secret', 'sap-account', { stringData: { userSecret } });
  return `new user secret in ${namespace.name}`;
}
