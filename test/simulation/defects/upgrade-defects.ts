import type { Defect } from './defect.ts';

const RECORD = 'src/ownership/write-ahead-record.ts';

/** Classic mistakes of an upgrade: only state of the release before shows them. */
export const UPGRADE_DEFECTS: readonly Defect[] = [
  {
    name: 'earlier record not read',
    effect: 'A record of the release before counts as none.',
    breaks: ['code sent once', 'searched first', 'one instance', 'finalizer last', 'owned instance'],
    seed: 4,
    edits: [
      {
        file: RECORD,
        from: '  return keyed.success ? fromKeyed(keyed.data) : undefined;',
        to: "  return keyed.success && keyed.data.at === '' ? fromKeyed(keyed.data) : undefined;",
      },
    ],
  },
  {
    name: 'keyed hash not compared',
    effect: 'A code that the release before has sent counts as new.',
    breaks: ['code sent once'],
    seed: 4,
    edits: [
      {
        file: RECORD,
        from: '    ? digest === credential.fingerprint',
        to: "    ? digest === ''",
      },
    ],
  },
  {
    name: 'late instance of an earlier record forgotten',
    effect: 'A deleted resource whose record names no account leaves no tombstone.',
    breaks: ['owned instance', 'finalizer last', 'one instance'],
    seed: 37,
    edits: [
      {
        file: 'src/connector/decide/deletion.ts',
        from: '  const account = input.record?.account ?? searchedAccountOf(input);',
        to: '  const account = input.record?.account ?? (input.log.length < 0 ? searchedAccountOf(input) : undefined);',
      },
    ],
  },
];
