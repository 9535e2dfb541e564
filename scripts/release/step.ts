/** What a release is made from and where it goes. */
export interface Release {
  /** Root of the project. */
  readonly root: string;
  /** Folder of the artifacts. */
  readonly out: string;
  /** Folder with both programs, built for this release alone: `dist/` may hold chunks of an earlier build. */
  readonly bundle: string;
  readonly version: string;
  /** Unix time in seconds of every file, from SOURCE_DATE_EPOCH or the commit. */
  readonly epoch: number;
  /** Image of the operator, `name:tag` or `name@digest`. */
  readonly image: string;
  /** URL under which the plugin archive can be downloaded. */
  readonly downloadUrl: string;
  /** URL of the source repository. */
  readonly repository: string;
  /** Whether nothing is pushed. */
  readonly dryRun: boolean;
}

/** One part of a release. The steps run in their order; each writes into `out`. */
export interface Step {
  readonly name: string;
  /** Why the step cannot run on this machine; undefined: it can. */
  missing?(): string | undefined;
  /** Returns the release as the later steps see it. */
  run(release: Release): Release;
}
