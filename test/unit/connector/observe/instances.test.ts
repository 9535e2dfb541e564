import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '../../../../src/api/connector.ts';
import type { ConnectorInstances } from '../../../../src/connector/input.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { uidTag } from '../../../../src/ownership/owner-tags.ts';
import type { Change } from '../../../support/builders/changed.ts';
import { connector, readyStatus, UID } from '../../../support/builders/connector.ts';
import { ID, input } from '../../../support/builders/input.ts';
import { instance, NAMESAKE_UID, TAGS } from '../../../support/builders/instance.ts';

const NEW = 5_000;
const REST = { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined, server: undefined } as const;
const rest = (id: number, change: Partial<Instance> = {}) =>
  instance(id, { element: 'infusionsoftrest', ...change });
const namesake = (id: number, change: Partial<Instance> = {}) =>
  instance(id, { tags: TAGS.namesake, ...change });

interface Scene {
  /** `undefined`: no instance in status. */
  readonly status?: Change<ConnectorStatus> | undefined;
  readonly isRest?: boolean;
  readonly importId?: number;
  readonly known?: readonly Instance[];
  readonly gone?: readonly number[];
  readonly deletedUids?: readonly string[];
}

function instancesOf({
  status,
  isRest = false,
  importId,
  known = [],
  gone = [],
  deletedUids = [],
}: Scene): ConnectorInstances {
  const subject = connector({
    spec: { ...(isRest && REST), ...(importId !== undefined && { instance: { importId } }) },
    ...(status !== undefined && { status: readyStatus(ID, status) }),
  });
  return input({ connector: subject, instances: known, gone, deletedUids }).instances;
}

describe('the instances of a resource', () => {
  it('are grouped by owner, lowest id first, without those that do not exist', () => {
    const { present, created, restorable } = instancesOf({
      known: [instance(9), namesake(7), instance(8, { tags: TAGS.otherResource }), instance(3), namesake(5)],
      gone: [4],
    });
    const ids = (list: readonly Instance[]): number[] => list.map(({ id }) => id);
    expect([ids(present), ids(created), ids(restorable)]).toEqual([
      [3, 5, 7, 8, 9],
      [3, 9],
      [5, 7],
    ]);
  });

  it('are not restored from a resource that was deleted and leaves an instance behind', () => {
    const other = uidTag('another');
    const known = [namesake(5), namesake(7, { tags: [...TAGS.namesake, other] }), namesake(9)];
    const restorable = (...deletedUids: string[]): number[] =>
      instancesOf({ known, deletedUids }).restorable.map(({ id }) => id);
    expect(restorable(UID)).toEqual([5, 7, 9]);
    expect(restorable('another')).toEqual([5, 9]);
    expect(restorable(NAMESAKE_UID)).toEqual([]);
  });

  it('are not chosen from while the spec is invalid', () => {
    const invalid = connector({ spec: { encryptedKeySecretRef: undefined }, status: readyStatus(ID) });
    const { chosen, inUse } = input({ connector: invalid, instances: [instance(ID)] }).instances;
    expect([chosen, inUse]).toEqual([undefined, undefined]);
  });
});

describe('the instance that a resource works with', () => {
  const found = (one: Instance) => ({ id: one.id, instance: one });
  const missing = (id: number) => ({ id, instance: 'not-found' });
  const unread = (id: number) => ({ id, instance: undefined });

  it.each<[title: string, Scene, chosen: object | undefined, inUse?: object]>([
    ['none', {}, undefined],
    ['that of status', { status: {}, known: [instance(ID)] }, found(instance(ID))],
    ['that of status, not read yet', { status: {} }, unread(ID)],
    ['that of status, deleted by another client', { status: {}, gone: [ID] }, missing(ID)],
    ['the imported one, not read yet', { importId: ID }, unread(ID)],
    ['the imported one, which does not exist', { importId: ID, gone: [ID] }, missing(ID)],
    [
      'the imported one, which does not exist, although another was created',
      { importId: ID, gone: [ID], known: [instance(NEW)] },
      missing(ID),
    ],
    ['the oldest that was created', { known: [instance(9), instance(3)] }, found(instance(3))],
    ['the created one of its element', { known: [rest(3), instance(9)] }, found(instance(9))],
    [
      'the created one whose element is not shown',
      { known: [instance(3, { element: undefined })] },
      found(instance(3, { element: undefined })),
    ],
    [
      'a created one in place of that of status, which does not exist',
      { status: {}, gone: [ID], known: [instance(NEW)] },
      found(instance(NEW)),
    ],
    ['that of a restored backup', { known: [namesake(7)] }, found(namesake(7))],
    [
      'that of a restored backup in place of that of status, which does not exist',
      { status: {}, gone: [ID], known: [namesake(7)] },
      found(namesake(7)),
    ],
  ])('is %s', (_title, scene, chosen) => {
    const found_ = instancesOf(scene);
    expect([found_.chosen, found_.inUse]).toEqual([chosen, undefined]);
  });

  it.each<[title: string, Scene, chosen: object | undefined, inUse?: object]>([
    [
      'none before the new one exists',
      { status: {}, isRest: true, known: [instance(ID)] },
      undefined,
      found(instance(ID)),
    ],
    ['none before the one in use is read', { status: {}, isRest: true }, undefined, unread(ID)],
    [
      'none where the element of the one in use is not shown',
      { status: {}, isRest: true, known: [instance(ID, { element: undefined })] },
      undefined,
      found(instance(ID, { element: undefined })),
    ],
    [
      'the one in use where it is of the new element by now',
      { status: {}, isRest: true, known: [rest(ID)] },
      found(rest(ID)),
    ],
    [
      'the new one that was created',
      { status: {}, isRest: true, known: [instance(ID), rest(NEW)] },
      found(rest(NEW)),
      found(instance(ID)),
    ],
    [
      'no instance of a restored backup while the one in use exists',
      { status: {}, isRest: true, known: [instance(ID), namesake(7)] },
      undefined,
      found(instance(ID)),
    ],
    [
      'that of a restored backup where the one in use does not exist',
      { status: {}, isRest: true, gone: [ID], known: [namesake(7)] },
      found(namesake(7)),
    ],
    ['missing where the one in use does not exist', { status: {}, isRest: true, gone: [ID] }, missing(ID)],
    [
      'none where the imported one does not exist',
      { status: {}, isRest: true, importId: ID, gone: [ID] },
      undefined,
    ],
    [
      'the new one of status, not read yet',
      { status: { next: { id: NEW, connector: 'infusionsoftrest' } }, isRest: true, known: [instance(ID)] },
      unread(NEW),
      found(instance(ID)),
    ],
    [
      'none where that of status is of another element',
      { status: { next: { id: NEW, connector: 'infusionsoftcrm' } }, isRest: true, known: [instance(ID)] },
      undefined,
      found(instance(ID)),
    ],
    [
      'none where that of status shows another element',
      {
        status: { next: { id: NEW, connector: 'infusionsoftrest' } },
        isRest: true,
        known: [instance(ID), instance(NEW, { tags: TAGS.own })],
      },
      undefined,
      found(instance(ID)),
    ],
    [
      'none where that of status does not exist',
      {
        status: { next: { id: NEW, connector: 'infusionsoftrest' } },
        isRest: true,
        known: [instance(ID)],
        gone: [NEW],
      },
      undefined,
      found(instance(ID)),
    ],
    [
      'none where that of status has another owner',
      {
        status: { next: { id: NEW, connector: 'infusionsoftrest' } },
        isRest: true,
        known: [instance(ID), rest(NEW, { tags: TAGS.otherResource })],
      },
      undefined,
      found(instance(ID)),
    ],
    [
      'the one before the switch, which status keeps',
      {
        status: { replacing: { id: NEW, connector: 'infusionsoftrest' } },
        isRest: true,
        known: [instance(ID), rest(NEW)],
      },
      found(rest(NEW)),
      found(instance(ID)),
    ],
  ])('after a change of spec.connector is %s', (_title, scene, chosen, inUse) => {
    const found_ = instancesOf(scene);
    expect([found_.chosen, found_.inUse]).toEqual([chosen, inUse]);
  });
});
