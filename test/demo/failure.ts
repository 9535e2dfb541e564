/** The demonstration cannot go on. The message is one line for a person. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}

/** Somebody asked the demonstration to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
