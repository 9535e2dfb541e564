import { KubeError } from '../client/errors.ts';

/** The server's history differs from the earlier one: a backup was restored. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

/** An ERROR event of a watch, as distinct from the same status as the response. */
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
  return error instanceof Error ? error : new Error('a value that is not an Error was thrown');
}
