import fc from 'fast-check';
import { expect, test } from 'vitest';
import { abandonReasonOf, takesOver } from '../../../../src/api/annotations.ts';
import { deletionPolicyOf, elementKeyOf } from '../../../../src/api/defaults.ts';
import { FINALIZER } from '../../../../src/api/group.ts';
import type { Action } from '../../../../src/connector/action.ts';
import { failedCall, isRemovalRecorded } from '../../../../src/connector/action-log.ts';
import { decide } from '../../../../src/connector/decide/decide.ts';
import type { ConnectorInput } from '../../../../src/connector/input.ts';
import { heldIdsOf } from '../../../../src/connector/observe/held-instances.ts';
import { ownership, sameConnector } from '../../../../src/connector/observe/instances.ts';
import { nextRecord, wasSent } from '../../../../src/ownership/write-ahead-record.ts';
import { inputs } from '../../../support/builders/arbitraries.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { faultsOfStep } from '../../../support/builders/hygiene.ts';
import { assertStatusOf } from './table.ts';

const STEPS: readonly Action['type'][] = [
  'read-secret',
  'search',
  'read-instance',
  'write-record',
  'add-finalizer',
  'write-one-time-code',
  'remove-secret',
  'open-fallback-credentials',
  'create',
  'reauthorize',
  'patch',
  'record-disabling',
  'enable',
  'ping',
  'verify-account',
  'release-tags',
  'record-instance',
  'record-switch',
  'record-removal',
  'delete-instance',
  'write-tombstone',
  'write-connection-secret',
  'release-connection-secret',
  'delete-connection-secret',
  'finish',
];

/** Checks what must hold for every input and the step that is decided in it. */
function always(holds: (input: ConnectorInput, action: Action) => void): void {
  fc.assert(
    fc.property(inputs, (input) => {
      holds(input, decide(input));
    }),
    { numRuns: 500 },
  );
}

test('decide always returns an action of the closed union', () => {
  always((_world, action) => expect(STEPS).toContain(action.type));
});

test('the same input always gives the same action', () => {
  always((input, action) => expect(decide(structuredCloneOf(input))).toEqual(action));
});

test('what is said is a sentence, holds no secret, hash or undefined, and its reason is declared for its condition', () => {
  always((_world, action) => expect(faultsOfStep(action)).toEqual([]));
});

test('every result gives a status that kstatus, Flux and kubectl can rely on', () => {
  always(assertStatusOf);
});

test('nothing is created while an instance of this resource and connector is known', () => {
  always((input, action) => {
    if (action.type === 'create') {
      // Status names the element of its instance also where an answer leaves the key out.
      const { instance } = input.connector.status ?? {};
      const isOutdated = (id: number): boolean =>
        id === instance?.id && instance.connector !== elementKeyOf(input.connector.spec);
      expect(
        input.instances.created.filter((found) => sameConnector(input, found) && !isOutdated(found.id)),
      ).toEqual([]);
    }
  });
});

test('no credential is sent that ever was, unless the answer proved that it was not processed', () => {
  always((input, action) => {
    if (action.type === 'create' || action.type === 'reauthorize') {
      const { record } = input;
      expect(wasSent(record, credentialOf(action)) && record?.unprocessed === undefined).toBe(false);
    }
  });
});

test('a write-ahead record keeps every code of the last day', () => {
  always((input, action) => {
    const before = input.record;
    if ((action.type === 'create' || action.type === 'reauthorize') && before !== undefined) {
      const next = nextRecord(before, credentialOf(action), action.draft, 'salt', input.now);
      const kept = [next.digest, ...next.spent.map(({ digest }) => digest)];
      const known = [before.digest, ...before.spent.map(({ digest }) => digest)];
      const isConverted = before.salt === '';
      expect(isConverted || known.every((digest) => kept.includes(digest))).toBe(true);
    }
  });
});

test('a create is sent to the account in which an earlier one may still take effect', () => {
  always((input, action) => {
    const { record } = input;
    if (
      action.type === 'create' &&
      record?.account !== undefined &&
      action.draft.previousCreated === 'unknown'
    ) {
      expect(action.draft.account.organizationId).toBe(record.account.organizationId);
    }
  });
});

test('an instance of a living resource is deleted only after status has named it', () => {
  always((input, action) => {
    if (action.type === 'delete-instance' && input.connector.metadata.deletionTimestamp === undefined) {
      expect(isRemovalRecorded(input.log, action.id)).toBe(true);
    }
  });
});

test('an instance that applications use is neither deleted nor untagged while its resource lives', () => {
  always((input, action) => {
    const { metadata, status } = input.connector;
    if (
      metadata.deletionTimestamp === undefined &&
      ['record-removal', 'delete-instance', 'release-tags'].includes(action.type) &&
      'id' in action
    ) {
      const isGone = input.external.instances.get(status?.instance?.id ?? 0) === 'not-found';
      const used = [input.instances.chosen?.id, isGone ? undefined : status?.instance?.id];
      expect(used).not.toContain(action.id);
    }
  });
});

test('a living resource leaves an instance to Open Connectors only after status has named it', () => {
  always((input, action) => {
    if (action.type === 'release-tags' && input.connector.metadata.deletionTimestamp === undefined) {
      expect(isRemovalRecorded(input.log, action.id)).toBe(true);
      expect(action.onFailure).toBe('retry');
    }
  });
});

test('the connection Secret has the instance that status names, or one that takes the place of a deleted one', () => {
  always((input, action) => {
    const { status } = input.connector;
    if (action.type === 'write-connection-secret' && action.name === 'crm-connection') {
      const { inUse, chosen } = input.instances;
      const id = status?.instance?.id;
      const isReplaced = id === undefined || input.external.instances.get(id) === 'not-found';
      expect(isReplaced || (inUse ?? chosen)?.id === id).toBe(true);
    }
  });
});

test('a switch names the instance in use, and comes within the retention', () => {
  always((input, action) => {
    if (action.type === 'record-switch') {
      const { status } = input.connector;
      expect(action.from.id).toBe(status?.instance?.id);
      expect([
        status?.next?.id,
        status?.replacing?.id,
        ...input.instances.created.map(({ id }) => id),
      ]).toContain(action.to.id);
      if (action.from.as.kind === 'next') {
        expect(Date.parse(status?.replacing?.until ?? '')).toBeGreaterThan(input.now);
      }
    }
  });
});

test('an instance of another owner is never changed without take-over', () => {
  const touching: readonly Action['type'][] = [
    'patch',
    'enable',
    'delete-instance',
    'reauthorize',
    'release-tags',
  ];
  always((input, action) => {
    if (touching.includes(action.type) && 'id' in action) {
      const known = input.external.instances.get(action.id);
      const isForeign = known !== undefined && known !== 'not-found' && ownership(input, known) === 'foreign';
      expect(isForeign && !takesOver(input.connector)).toBe(false);
    }
  });
});

test('an instance is deleted only by its id, and never one that was adopted without an owner', () => {
  always((input, action) => {
    if (action.type === 'delete-instance') {
      const known = input.external.instances.get(action.id);
      expect(known).toBeTypeOf('object');
      const isRecorded = heldIdsOf(input.connector).includes(action.id);
      const isMade = input.instances.created.some(({ id }) => id === action.id);
      expect(isRecorded || isMade).toBe(true);
    }
  });
});

test('a resource with deletionPolicy Orphan never has its instance deleted when it goes', () => {
  always((input, action) => {
    const { metadata, spec } = input.connector;
    if (metadata.deletionTimestamp !== undefined && deletionPolicyOf(spec) === 'Orphan') {
      expect(action.type).not.toBe('delete-instance');
    }
  });
});

test('the finalizer goes only when nothing of ours is left, unless the resource was abandoned', () => {
  always((input, action) => {
    const { metadata, spec } = input.connector;
    if (
      action.type === 'finish' &&
      action.result.kind === 'released' &&
      metadata.finalizers?.includes(FINALIZER) &&
      abandonReasonOf(input.connector) === undefined &&
      deletionPolicyOf(spec) === 'Delete'
    ) {
      expect(input.instances.created).toEqual([]);
    }
  });
});

test('only a deletion is ever released', () => {
  always((input, action) => {
    if (action.type === 'finish' && action.result.kind === 'released') {
      expect(input.connector.metadata.deletionTimestamp).toBeDefined();
    }
  });
});

test('no remote write is decided before the finalizer holds the resource', () => {
  const writes: readonly Action['type'][] = [
    'patch',
    'enable',
    'delete-instance',
    'reauthorize',
    'release-tags',
  ];
  always((input, action) => {
    if (writes.includes(action.type)) {
      expect(input.connector.metadata.finalizers).toContain(FINALIZER);
    }
  });
});

test('with an account that is not ready nothing is asked of the remote side', () => {
  const remote: readonly Action['type'][] = [
    'search',
    'read-instance',
    'create',
    'reauthorize',
    'patch',
    'enable',
    'ping',
    'verify-account',
    'release-tags',
    'delete-instance',
  ];
  always((input, action) => {
    if (input.account.state !== 'ready') {
      expect(remote).not.toContain(action.type);
    }
  });
});

test('after a call that failed no further one is made', () => {
  always((input, action) => {
    const failure = failedCall(input.log);
    if (failure !== undefined && input.account.state === 'ready') {
      // A tombstone is written to Kubernetes alone.
      expect(['finish', 'write-tombstone']).toContain(action.type);
    }
  });
});

/** The credential that a step sends. */
function credentialOf({ body: { grant } }: Extract<Action, { type: 'create' | 'reauthorize' }>) {
  const value = grant.kind === 'code' ? grant.code : grant.refreshToken;
  return { value, fingerprint: printOf(value) };
}

/** The same values in other objects: a decision that depends on identity would show. */
function structuredCloneOf(input: ConnectorInput): ConnectorInput {
  const { log, ...plain } = input;
  return { ...structuredClone(plain), log: log.map((entry) => ({ ...entry })) };
}
