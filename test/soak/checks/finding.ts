/** One violation. */
export interface Finding {
  /** The connector, if the violation concerns one. */
  readonly subject: string | undefined;
  readonly text: string;
}
