import type { Defect } from './defect.ts';

const RECORD = 'src/connector/observe/record-outcome.ts';

/** Defects about instances that Open Connectors creates after the deadline of their call. */
export const LATE_COMMIT_DEFECTS: readonly Defect[] = [
  {
    name: 'late commit forgotten',
    effect: 'Nothing is watched for after an unknown outcome.',
    breaks: ['owned instance', 'one instance', 'finalizer last'],
    seed: 3,
    focus: 'late commits',
    edits: [
      { file: RECORD, from: '  return until > input.now ? until : undefined;', to: '  return undefined;' },
      {
        file: RECORD,
        from: '  return until > searchedAt(input) ? Math.max(until, input.now) : undefined;',
        to: '  return undefined;',
      },
    ],
  },
  {
    name: 'tombstone not written',
    effect: 'A deleted resource leaves no tombstone.',
    breaks: ['owned instance', 'one instance', 'finalizer last'],
    seed: 3,
    focus: 'late commits',
    edits: [
      {
        file: 'src/connector/act/tombstone.ts',
        from: '  await ports.tombstones.write(tombstone);\n',
        to: '',
      },
    ],
  },
  {
    name: 'late instance restored',
    effect: 'A resource adopts the late instance of a deleted one of the same name.',
    breaks: ['settled', 'one instance', 'owned instance', 'finalizer last'],
    seed: 535,
    focus: 'late commits',
    edits: [
      {
        file: 'src/connector/observe/instances.ts',
        from: '!isOfDeleted(observation, one)',
        to: 'one.id > 0',
      },
    ],
  },
  {
    name: 'slow record not noticed',
    effect: 'A code is sent although the time in its record is too old for the search after it.',
    breaks: ['searched first', 'code sent once'],
    seed: 512,
    edits: [
      {
        file: 'src/connector/act/send-credential.ts',
        from: '    if (context.ports.clock.now() - Date.parse(record.at) > searchGraceMs) {',
        to: '    if (searchGraceMs < 0) {',
      },
    ],
  },
];
