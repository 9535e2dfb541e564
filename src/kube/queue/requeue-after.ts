/**
 * Thrown by a handler to be called again after `delayMs` although nothing is wrong: the only way to leave the
 * `deleteAction` of `handleResourceFinalizer` before the finalizer is removed. Not logged, not counted as a failure.
 */
export class RequeueAfter extends Error {
  override readonly name = 'RequeueAfter';
  readonly delayMs: number;

  constructor(delayMs: number) {
    super(`again in ${delayMs} ms`);
    this.delayMs = delayMs;
  }
}
