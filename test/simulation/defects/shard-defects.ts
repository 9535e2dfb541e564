import type { Defect } from './defect.ts';

/** Classic mistakes that a move to another operator shows; no Lease covers for them there. */
export const SHARD_DEFECTS: readonly Omit<Defect, 'focus' | 'coveredBy'>[] = [
  {
    name: 'record written without a precondition',
    effect: 'An operator that lost a connector still records and sends its code.',
    breaks: ['code sent once', 'one instance', 'owned instance', 'finalizer last'],
    seed: 6,
    edits: [
      {
        file: 'src/kube/client/patch-object.ts',
        from: '  const body = { ...patch, metadata: { ...metadata, resourceVersion } };',
        to: "  const body = { ...patch, metadata: { ...metadata, ...(resourceVersion === '' && {}) } };",
      },
    ],
  },
];
