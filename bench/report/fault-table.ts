import { WORDS } from '../scenarios/names.ts';
import type { FaultResult } from '../scenarios/result.ts';
import { markdownTable } from './markdown.ts';

const HEAD = [
  'connectors',
  'program',
  'last change s',
  'Ready',
  'ask for a code',
  'orphans',
  'codes sent twice',
];

/** A row for each program of each run. */
export function renderFaults(results: readonly FaultResult[]): string {
  return markdownTable(
    HEAD,
    results.map(({ connectors, program, wallMs, ready, asking, orphans, codesSentTwice }) => [
      String(connectors),
      WORDS[program],
      (wallMs / 1_000).toFixed(1),
      ...[ready, asking, orphans, codesSentTwice].map(String),
    ]),
  );
}
