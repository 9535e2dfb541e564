import fc from 'fast-check';
import { expect, test } from 'vitest';
import { abandonReasonOf, takesOver } from '../../../../src/api/annotations.ts';
import { deletionPolicyOf } from '../../../../src/api/defaults.ts';
import { ANNOTATIONS, FINALIZER } from '../../../../src/api/group.ts';
import { parseAttempt, wasSent } from '../../../../src/controller/attempt.ts';
import { decide } from '../../../../src/controller/decide.ts';
import { madeInstances, ownership, ownInstances } from '../../../../src/controller/instance.ts';
import type { Step } from '../../../../src/controller/step.ts';
import type { World } from '../../../../src/controller/world.ts';
import { worlds } from '../../../support/builders/arbitraries.ts';
import { faultsOfStep } from '../../../support/builders/hygiene.ts';
import { assertStatusOf } from './table.ts';

const STEPS: readonly Step['do'][] = [
  'read-secret',
  'search',
  'read-instance',
  'announce',
  'hold',
  'write-enrolment',
  'collect-grant',
  'remove-secret',
  'open-kept-account',
  'create',
  'reauthorize',
  'patch',
  'record-disabling',
  'enable',
  'ping',
  'prove-account',
  'release-tags',
  'delete-instance',
  'write-connection-secret',
  'release-connection-secret',
  'delete-connection-secret',
  'finish',
];

/** Checks what must hold for every world and the step that is decided in it. */
function always(holds: (world: World, step: Step) => void): void {
  fc.assert(
    fc.property(worlds, (world) => {
      holds(world, decide(world));
    }),
    { numRuns: 500 },
  );
}

test('decide always answers, with a step of the closed union', () => {
  always((_world, step) => expect(STEPS).toContain(step.do));
});

test('the same world always gives the same step', () => {
  always((world, step) => expect(decide(structuredCloneOf(world))).toEqual(step));
});

test('what is said is a sentence, holds no secret, hash or undefined, and its reason is declared for its condition', () => {
  always((_world, step) => expect(faultsOfStep(step)).toEqual([]));
});

test('every verdict makes a status that kstatus, Flux and kubectl can rely on', () => {
  always(assertStatusOf);
});

test('nothing is created while an instance of this resource and connector is known', () => {
  always((world, step) => {
    if (step.do === 'create') {
      expect(ownInstances(world)).toEqual([]);
    }
  });
});

test('no grant is announced that ever was, unless it certainly never left', () => {
  always((world, step) => {
    if (step.do === 'announce') {
      const { credential } = step.attempt;
      expect(wasSent(recordOf(world), credential) && world.memory.unsent !== credential).toBe(false);
    }
  });
});

test('no grant is sent that was not announced in this very pass', () => {
  always((world, step) => {
    if (step.do === 'create' || step.do === 'reauthorize') {
      expect(world.pass.announced).toBe(step.credential);
    }
  });
});

test('a record of what was sent forgets nothing that it still has room for', () => {
  always((world, step) => {
    const before = recordOf(world);
    if (step.do === 'announce' && before !== undefined) {
      const kept = [step.attempt.credential, ...step.attempt.spent];
      expect([before.credential, ...before.spent].every((hash) => kept.includes(hash))).toBe(true);
    }
  });
});

test('an instance of another owner is never touched, unless a person said so', () => {
  const touching: readonly Step['do'][] = [
    'patch',
    'enable',
    'delete-instance',
    'reauthorize',
    'release-tags',
  ];
  always((world, step) => {
    if (touching.includes(step.do) && 'id' in step) {
      const known = world.remote.instances.get(step.id);
      const isForeign = known !== undefined && known !== 'gone' && ownership(world, known) === 'foreign';
      expect(isForeign && !takesOver(world.connector)).toBe(false);
    }
  });
});

test('an instance is deleted only by its id, and never one that was taken from nobody', () => {
  always((world, step) => {
    if (step.do === 'delete-instance') {
      const known = world.remote.instances.get(step.id);
      expect(known).toBeTypeOf('object');
      const { status } = world.connector;
      const isRecorded = [status?.instance?.id, status?.replacing?.id].includes(step.id);
      const isMade = madeInstances(world).some(({ id }) => id === step.id);
      expect(isRecorded || isMade).toBe(true);
    }
  });
});

test('a resource with deletionPolicy Orphan never has its instance deleted when it goes', () => {
  always((world, step) => {
    const { metadata, spec } = world.connector;
    if (metadata.deletionTimestamp !== undefined && deletionPolicyOf(spec) === 'Orphan') {
      expect(step.do).not.toBe('delete-instance');
    }
  });
});

test('the finalizer goes only when nothing of ours is left, unless the resource was abandoned', () => {
  always((world, step) => {
    const { metadata, spec } = world.connector;
    if (
      step.do === 'finish' &&
      step.verdict.kind === 'released' &&
      metadata.finalizers?.includes(FINALIZER) &&
      abandonReasonOf(world.connector) === undefined &&
      deletionPolicyOf(spec) === 'Delete'
    ) {
      expect(madeInstances(world)).toEqual([]);
    }
  });
});

test('only a deletion is ever released', () => {
  always((world, step) => {
    if (step.do === 'finish' && step.verdict.kind === 'released') {
      expect(world.connector.metadata.deletionTimestamp).toBeDefined();
    }
  });
});

test('no remote write is decided before the finalizer holds the resource', () => {
  const writes: readonly Step['do'][] = ['patch', 'enable', 'delete-instance', 'reauthorize', 'release-tags'];
  always((world, step) => {
    if (writes.includes(step.do)) {
      expect(world.connector.metadata.finalizers).toContain(FINALIZER);
    }
  });
});

test('with an account that is not ready nothing is asked of the remote side', () => {
  const remote: readonly Step['do'][] = [
    'search',
    'read-instance',
    'create',
    'reauthorize',
    'patch',
    'enable',
    'ping',
    'prove-account',
    'release-tags',
    'delete-instance',
  ];
  always((world, step) => {
    if (world.account.state !== 'ready') {
      expect(remote).not.toContain(step.do);
    }
  });
});

test('after a call that failed no further one is made', () => {
  always((world, step) => {
    const { failure } = world.pass;
    if (failure !== undefined && world.account.state === 'ready') {
      expect(step.do).toBe('finish');
    }
  });
});

/** What the annotation says was announced. */
function recordOf({ connector }: World) {
  return parseAttempt(connector.metadata.annotations?.[ANNOTATIONS.attempt]);
}

/** The same values in other objects: a decision that depends on identity would show. */
function structuredCloneOf(world: World): World {
  const { fingerprint, pass, ...plain } = world;
  return { ...structuredClone(plain), pass: { ...pass }, fingerprint };
}
