/** One thing that is not as it must be. */
export interface Finding {
  /** The connector it is about, where it is about one. */
  readonly subject: string | undefined;
  readonly text: string;
}
