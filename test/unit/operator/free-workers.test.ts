import { describe, expect, it } from 'vitest';
import { createAccountController } from '../../../src/account/controller.ts';
import { createConnectorController } from '../../../src/connector/controller.ts';
import { wellKnown } from '../../../src/kube/client/paths.ts';
import { freeWorkers } from '../../../src/operator/free-workers.ts';
import { UNOBSERVED } from '../../../src/reconciler/reconcile-observer.ts';

const secrets = { resource: wellKnown.secrets, indexes: {} };
const unused = (): never => {
  throw new Error('not called');
};
const connector = createConnectorController({
  secrets,
  clusterId: unused,
  ports: unused,
  onDeleted: unused,
  onAction: undefined,
});
const account = createAccountController({ secrets, ports: unused, releaseFallback: unused });

describe('the worker of a reconcile', () => {
  it.each([
    ['create', connector, true],
    ['list', account, true],
    ['ping', connector, true],
    ['read-secret', connector, true],
    ['read-secret', account, false],
    ['write-record', connector, false],
  ])('serves other objects while an action waits: %s', async (name, { externalActions }, isFree) => {
    const log: string[] = [];
    const observer = freeWorkers(
      {
        ...UNOBSERVED,
        async action(action, carryOut) {
          log.push(action.type);
          return carryOut();
        },
      },
      externalActions,
      async (wait) => {
        log.push('free');
        const result = await wait();
        log.push('back');
        return result;
      },
    );
    expect(await observer.action({ type: name }, async () => 'done')).toBe('done');
    expect(log).toEqual(isFree ? ['free', name, 'back'] : [name]);
  });
});
