import { sleep } from '../../../src/runtime/clock.ts';
import { connector } from '../../support/workbench/manifests.ts';
import { issueCode } from '../model/codes.ts';
import type { Subject } from '../model/subject.ts';
import type { Operation, OperationContext } from './context.ts';
import { specOf } from './edits.ts';

const KIND = 'InfusionsoftConnector';
/** Timeout of a deletion under faults and kills; later operations on the connector wait for it. */
const DELETION_MS = 30_000;
const LOOK_MS = 100;

export const deleteResource: Operation = async (_context, subject) => {
  if (!subject.exists) {
    return undefined;
  }
  await subject.tenant.namespace.remove(KIND, subject.name);
  subject.exists = false;
  return 'deleted';
};

export const deleteAndRecreate: Operation = async (context, subject, random) => {
  if ((await deleteResource(context, subject, random)) === undefined) {
    return undefined;
  }
  context.stage.auditLog.note('operation', 'deleted, to be re-created', subject.key);
  const deadline = context.clock.monotonic() + DELETION_MS;
  while (await subject.tenant.namespace.exists(KIND, subject.name)) {
    if (context.clock.monotonic() > deadline) {
      return 'deleted; not gone in time to re-create it';
    }
    await sleep(context.clock, LOOK_MS);
  }
  await createResource(context, subject);
  return 'deleted and re-created';
};

export const recreate: Operation = async (context, subject) => {
  if (subject.exists || (await subject.tenant.namespace.exists(KIND, subject.name))) {
    return undefined;
  }
  await createResource(context, subject);
  return 're-created';
};

/** Stores a new code first, because the former resource may have sent the one in the Secret. */
export async function createResource({ stage, clock }: OperationContext, subject: Subject): Promise<void> {
  const { namespace } = subject.tenant;
  const code = issueCode(stage.bench.simulator, clock, subject);
  await namespace.patch('Secret', subject.codeSecret, { stringData: { code: code.value } });
  code.stored();
  subject.takenOver = false;
  // `undefined` overrides the infusionsoftcrm fields of the manifest; JSON omits it.
  await namespace.create(connector(subject.name, specOf(subject)));
  subject.exists = true;
  stage.auditLog.note('operation', `created with code ${code.fingerprint}`, subject.key);
}
