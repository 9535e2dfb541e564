/** One generated file. */
export interface Output {
  /** From the root of the project. */
  readonly path: string;
  /** The whole content, the same on every run. */
  render(): string;
}
