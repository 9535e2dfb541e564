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
  {
    name: 'other key of the credentials ignored',
    effect: 'An account keeps the credentials of a key that the spec does not name any more.',
    field: 'spec.credentialsSecretRef.userSecretKey',
    edits: [
      {
        file: 'src/account/credentials/secret-version.ts',
        from: 'userSecretKeyOf(spec), organizationSecretKeyOf(spec)]',
        to: 'organizationSecretKeyOf(spec)]',
      },
    ],
  },
  {
    name: 'host of an account not checked',
    effect: 'Credentials are sent to a host that is not allowed.',
    field: 'spec.baseUrl',
    edits: [
      {
        file: 'src/account/decide/decide.ts',
        from: '  if (allowedHost(baseUrl, input.allowedHosts) !== undefined) {',
        to: '  if (baseUrl !== undefined) {',
      },
      {
        file: 'src/operator/ports.ts',
        from: '    isAllowed: (baseUrl) => allowedHost(baseUrl, config.allowedHosts) !== undefined,',
        to: '    isAllowed: () => true,',
      },
    ],
  },
  {
    name: 'limits of an edited account ignored',
    effect: 'The limits of an account are those of its creation.',
    field: 'spec.limits.requestsPerSecond',
    edits: [
      {
        file: 'src/account/registry.ts',
        from: '    } else if (isValid) {',
        to: '    } else if (isValid && uid !== target.uid) {',
      },
    ],
  },
  {
    name: 'interval of an account ignored',
    effect: 'The instances are listed as often as without the field.',
    field: 'spec.inventoryInterval',
    edits: [
      {
        file: 'src/account/decide/decide.ts',
        from: '(inventoryIntervalMsOf(account.spec) ?? inventoryIntervalMs)',
        to: '(inventoryIntervalMsOf({ ...account.spec, inventoryInterval: undefined }) ?? inventoryIntervalMs)',
      },
    ],
  },
  {
    name: 'fallback credentials left',
    effect: 'A deletion would use credentials that the spec does not name any more.',
    field: 'spec.credentialsSecretRef.name',
    edits: [
      {
        file: 'src/account/credentials/fallback-credentials.ts',
        from: '    const isCurrent = before !== undefined && JSON.stringify(before) === content;',
        to: '    const isCurrent = before !== undefined;',
      },
    ],
  },
];
