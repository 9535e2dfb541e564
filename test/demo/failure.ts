/** The demo cannot continue. The message is one line for the user. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}

/** The user stopped the demo. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
