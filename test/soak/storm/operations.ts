import type { Operation } from './context.ts';
import {
  changeAccount,
  changeConfiguration,
  changeConnector,
  changeDriftPolicy,
  changeTags,
  enableOrDisable,
  rename,
  renameConnectionSecret,
} from './edits.ts';
import { drift, removeInstance, takeOver } from './external.ts';
import { deleteAndRecreate, deleteResource, recreate } from './lifecycle.ts';
import { rotateClientId, rotateClientSecret, rotateEncryptedKey, storeNewCode } from './rotations.ts';
import type { OperationName } from './schedule.ts';

/** The implementation of each operation of the schedule. */
export const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  rename,
  'change tags': changeTags,
  'change configuration': changeConfiguration,
  'enable or disable': enableOrDisable,
  'change driftPolicy': changeDriftPolicy,
  'change connector': changeConnector,
  'rename connection Secret': renameConnectionSecret,
  'change accountRef': changeAccount,
  'rotate client_secret': rotateClientSecret,
  'rotate client_id': rotateClientId,
  'rotate encrypted key': rotateEncryptedKey,
  'store a new code': storeNewCode,
  delete: deleteResource,
  'delete and re-create': deleteAndRecreate,
  're-create': recreate,
  drift,
  'remove the instance': removeInstance,
  'take the instance over': takeOver,
};
