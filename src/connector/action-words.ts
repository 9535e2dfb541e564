import type { Act } from './action.ts';

/** Each action in a sentence: "Open Connectors refused to ...". */
export const ACTION_WORDS: Readonly<Record<Act['type'], string>> = {
  'read-secret': 'read the Secret',
  search: 'search for the instance',
  'read-instance': 'read the instance',
  'write-record': 'update the write-ahead record',
  'add-finalizer': 'add the finalizer',
  'write-one-time-code': 'write the one-time code Secret',
  'remove-secret': 'remove a Secret of the consent',
  create: 'create the instance',
  reauthorize: 'authorize the instance',
  patch: 'update the instance',
  'record-disabling': 'record that the instance is disabled',
  enable: 'enable or disable the instance',
  ping: 'make a call through the instance',
  'ping-peer': 'make a call through another instance',
  'verify-account': 'verify the account',
  'open-fallback-credentials': 'verify the account',
  'release-tags': "remove the operator's tags",
  'record-switch': 'record the switch to another instance',
  'record-removal': 'record the removal of the instance',
  'delete-instance': 'delete the instance',
  'write-tombstone': 'write the tombstone',
  'write-connection-secret': 'write the connection Secret',
  'delete-connection-secret': 'delete the old connection Secret',
  'release-connection-secret': 'release the connection Secret',
};
