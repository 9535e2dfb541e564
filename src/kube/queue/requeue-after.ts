/**
 * Thrown by a handler to be called again after `delayMs`: the only way to keep the finalizer in the `deleteAction` of
 * `handleResourceFinalizer`. Not logged, not counted as a failure.
 */
export class RequeueAfter extends Error {
  override readonly name = 'RequeueAfter';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`requeue after ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}
