import type { RecordDraft } from '../../../src/ownership/write-ahead-record.ts';
import { ACCOUNT } from './connector.ts';

/** The record before the first create with a code. */
export const DRAFT: RecordDraft = {
  kind: 'code',
  operation: 'create',
  account: ACCOUNT,
  client: undefined,
  reauthorizeAt: undefined,
  previousCreated: 'no',
};
