import { errors } from 'undici';
import { NOT_HTTP } from './transport-error.ts';

/** The innermost code: attempts at several addresses are one `AggregateError`. */
export function codeOf(error: Error): string {
  // The errors of the parser have no code.
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return NOT_HTTP;
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code;
  }
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? codeOf(inner) : 'UNKNOWN';
}
