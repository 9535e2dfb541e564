import { KubeError } from '../client/errors.ts';

/** The server's history is another one than before: a backup was restored. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** An ERROR event, told apart from the same status on the request itself. */
export class InStreamError extends Error {
  readonly status: KubeError;

  constructor(status: KubeError) {
    super(status.message);
    this.status = status;
  }
}

export function troubleOf(error: Error): string {
  return error instanceof KubeError ? error.kind : error.name;
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('something that is not an Error was thrown');
}
