/** The `Status` by which an API server says that a resourceVersion is too old. */
export const GONE = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'too old resource version: 1 (2)',
  reason: 'Expired',
  code: 410,
} as const;

/** The same as the last event of a watch. */
export const GONE_EVENT = `${JSON.stringify({ type: 'ERROR', object: GONE })}\n`;
