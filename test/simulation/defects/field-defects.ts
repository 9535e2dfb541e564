import type { Edit } from './defect.ts';

/** A defect that a change of one field shows. */
export interface FieldDefect {
  readonly name: string;
  /** What the code then does wrong. */
  readonly effect: string;
  readonly field: string;
  readonly edits: readonly Edit[];
}

/** Classic mistakes of a way back. */
export const FIELD_DEFECTS: readonly FieldDefect[] = [
  {
    name: 'former connection Secret left',
    effect: 'The connection Secret of a former name stays.',
    field: 'spec.connectionSecretRef.name',
    edits: [
      {
        file: 'src/connector/decide/connection-secret.ts',
        from: '  const old = renamedConnection(input) ?? input.secrets.leftovers[0];',
        to: '  const old = input.secrets.leftovers.at(1_000);',
      },
    ],
  },
  {
    name: 'dropped annotation left',
    effect: 'An annotation that the spec has no more stays on the connection Secret.',
    field: 'spec.connectionSecretTemplate.metadata.annotations',
    edits: [
      {
        file: 'src/secrets/managed-metadata.ts',
        from: '    annotations: { ...without(current.annotations, old.annotations), ...next.annotations },',
        to: '    annotations: { ...current.annotations, ...next.annotations },',
      },
    ],
  },
  {
    name: 'dropped tag left',
    effect: 'A tag that the spec has no more stays on the instance.',
    field: 'spec.instance.tags',
    edits: [
      {
        file: 'src/connector/decide/instance-fields.ts',
        from: '    observed.length === desired.length && desired',
        to: '    desired',
      },
    ],
  },
  {
    name: 'instance never enabled again',
    effect: 'An instance that was disabled by the spec stays disabled.',
    field: 'spec.instance.enabled',
    edits: [
      {
        file: 'src/connector/decide/synchronize.ts',
        from: "    : { type: 'enable', id: instance.id, enabled: wanted };",
        to: "    : wanted ? undefined : { type: 'enable', id: instance.id, enabled: wanted };",
      },
    ],
  },
];
