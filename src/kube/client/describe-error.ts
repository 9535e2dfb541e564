import { isRecord } from './object.ts';

const LONGEST_MESSAGE = 300;

/**
 * What may be logged of anything that was thrown. The message of client-node's `ApiException` holds body and headers
 * of the answer, so that of such an error only the status code is told.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'something that is not an Error was thrown';
  }
  if (isRecord(error) && 'headers' in error && 'body' in error) {
    const code = error['code'];
    return `the API server answered ${typeof code === 'number' ? code : 'with an error'}`;
  }
  return `${error.name}: ${error.message}`.slice(0, LONGEST_MESSAGE);
}
