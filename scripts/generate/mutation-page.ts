import { posix } from 'node:path';
import { GATE_SCORE, GATED, NOT_MEASURED } from '../../test/mutation/gate.ts';
import { reasonOf } from '../../test/mutation/reasons.ts';
import { readSummary, type Summary } from '../../test/mutation/summary.ts';
import { generatedFrom, table } from './markdown.ts';

interface Counts {
  readonly files: number;
  readonly killed: number;
  readonly survived: number;
}

/** `docs/explanation/mutation.md`. */
export function renderMutationPage(): string {
  const summary = readSummary();
  const survivors = Object.entries(summary).flatMap(([file, found]) =>
    found.survivors.map((survivor) => ({ file, ...survivor, reason: reasonOf(survivor, file) })),
  );
  return [
    '# Mutation testing',
    '',
    generatedFrom('test/mutation'),
    '',
    '[Stryker](https://stryker-mutator.io) changes the code in small ways: it turns a condition around, takes a statement out,',
    'or replaces `<` by `<=`. Each change is a mutant. A mutant that no unit test fails with survives: a test is missing, or',
    'the change makes no difference.',
    '',
    '```sh',
    'npm run mutation                                          # everything; results of unchanged code are used again',
    "npm run mutation -- --mutate 'src/connector/decide/**'    # a part",
    'npm run mutation -- --gate                                # what CI requires of every change',
    'npm run generate                                          # this page',
    '```',
    '',
    'Left out: text (`StringLiteral`), which tests of messages and reasons compare as a whole, and `{}` instead of an object or',
    '`a.b` instead of `a?.b`, which the compiler refuses nearly everywhere. Code that runs only while a module is loaded, and the',
    'suites that take long (random inputs, whole processes), take no part. Files without a mutant in this table were not tested yet.',
    '',
    '## Score by folder',
    '',
    table(
      ['Folder', 'Files tested', 'Mutants', 'Killed', 'Survived', 'Score'],
      Object.entries(byFolder(summary)).map(([folder, counts]) => row(`\`${folder}\``, counts)),
    ),
    '',
    `Not measured: ${Object.entries(NOT_MEASURED)
      .map(([file, why]) => `\`${file}\` (${why})`)
      .join(', ')}.`,
    '',
    `CI requires ${GATE_SCORE} % of these files: ${GATED.map((file) => `\`${file}\``).join(', ')}.`,
    '',
    '## Survivors',
    '',
    'By reason:',
    '',
    table(
      ['Reason', 'Mutants'],
      Object.entries(Object.groupBy(survivors, ({ reason }) => reason)).map(([reason, found]) => [
        reason,
        String(found?.length ?? 0),
      ]),
    ),
    '',
    ...Object.entries(Object.groupBy(survivors, ({ file }) => file)).flatMap(([file, found]) => [
      `### ${file}`,
      '',
      table(
        ['Line', 'Code', 'Mutant', 'Reason'],
        (found ?? []).map(({ line, original, replacement, reason }) => [
          String(line),
          code(original),
          code(replacement),
          reason,
        ]),
      ),
      '',
    ]),
  ].join('\n');
}

function byFolder(summary: Summary): Record<string, Counts> {
  const folders: Record<string, Counts> = {};
  for (const [file, { killed, survivors }] of Object.entries(summary)) {
    const folder = posix.dirname(file);
    const known = folders[folder] ?? { files: 0, killed: 0, survived: 0 };
    folders[folder] = {
      files: known.files + 1,
      killed: known.killed + killed,
      survived: known.survived + survivors.length,
    };
  }
  return folders;
}

function row(name: string, { files, killed, survived }: Counts): string[] {
  const all = killed + survived;
  return [
    name,
    String(files),
    String(all),
    String(killed),
    String(survived),
    `${((100 * killed) / all).toFixed(1)} %`,
  ];
}

function code(text: string): string {
  return text === ''
    ? 'nothing'
    : `\`\`${text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text}\`\``;
}
