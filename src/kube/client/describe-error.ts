import { isRecord } from './object.ts';

const LONGEST_MESSAGE = 300;

/**
 * The loggable text of a thrown value. The message of client-node's `ApiException` has body and headers of the response,
 * so only its status code is used.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'a value that is not an Error was thrown';
  }
  if (isRecord(error) && 'headers' in error && 'body' in error) {
    const code = error['code'];
    return `the API server responded with ${typeof code === 'number' ? code : 'an error'}`;
  }
  return `${error.name}: ${error.message}`.slice(0, LONGEST_MESSAGE);
}
