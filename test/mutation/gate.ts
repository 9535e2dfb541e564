/**
 * The files whose mutants every change has to kill: what prevents a second instance, an orphan and
 * the change of a foreign instance.
 */
export const GATED: readonly string[] = [
  'src/connector/decide/deletion.ts',
  'src/connector/decide/ownership.ts',
  'src/kube/leader/{create-leadership,leadership,lease}.ts',
  'src/ownership/{owner-tags,write-ahead-record}.ts',
];

/** The suites that test them. */
export const GATE_SUITES: readonly string[] = [
  'test/unit/connector/decide/*.test.ts',
  'test/unit/kube/{leadership,lease}.test.ts',
  'test/unit/ownership/*.test.ts',
];

/** Percentage of these mutants that has to be killed: a point below the recorded score. */
export const GATE_SCORE = 97;

/** Files that are not measured as a whole, and why. */
export const NOT_MEASURED: Readonly<Record<string, string>> = {
  'src/kube/watch/reflector.ts':
    'its suite waits for real sockets, so that a run of its mutants takes very long',
};
