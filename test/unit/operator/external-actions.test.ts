import { describe, expect, it } from 'vitest';
import { freeWorkers } from '../../../src/operator/external-actions.ts';
import { UNOBSERVED } from '../../../src/reconciler/reconcile-observer.ts';

describe('the worker of a reconciliation', () => {
  it.each([
    ['create', true],
    ['list', true],
    ['ping', true],
    ['read-secret', false],
    ['announce', false],
  ])('during the step %s is free: %s', async (name, isFree) => {
    const log: string[] = [];
    const observer = freeWorkers(
      {
        ...UNOBSERVED,
        async action(action, carryOut) {
          log.push(action.type);
          return carryOut();
        },
      },
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
