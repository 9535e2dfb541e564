/** The files whose mutants every change has to kill: what prevents a second instance, an orphan and a second leader. */
export const GATED: readonly string[] = [
  'src/connector/decide/deletion.ts',
  'src/kube/leader/*.ts',
  'src/ownership/write-ahead-record.ts',
  'src/ownership/owner-tags.ts',
];

/** Percentage of these mutants that has to be killed: the recorded score, rounded down. */
export const GATE_SCORE = 85;
