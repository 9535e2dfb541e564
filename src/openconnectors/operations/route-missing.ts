import { RemoteError } from '../errors/remote-error.ts';

/** Whether an error means that the API does not have the route (404, 405). */
export function isRouteMissing(error: unknown): boolean {
  return error instanceof RemoteError && (error.status === 404 || error.status === 405);
}
