/** Mutants that make no difference: why, the file, and pairs of code and replacement. */
export interface Equivalent {
  readonly because: string;
  readonly file: string;
  readonly mutants: readonly (readonly [original: string, replacement: string])[];
}

const NEVER_MISSING = 'Equivalent: the type needs the check, and the value is never missing here';
const SAME_RESULT = 'Equivalent: what follows has the same result';

export const EQUIVALENT: readonly Equivalent[] = [
  {
    because: 'Equivalent: only a number is finite',
    file: 'src/kube/leader/lease.ts',
    mutants: [["typeof value === 'number'", 'true']],
  },
  {
    because: 'Equivalent: no other state has a time of renewal',
    file: 'src/kube/leader/lease-elector.ts',
    mutants: [["this.#current.name === 'leading'", 'true']],
  },
  {
    because: 'Equivalent: the end of the election aborts the wait, which ends the loop',
    file: 'src/kube/leader/lease-elector.ts',
    mutants: [
      ['{ return; }', '{}'],
      ['this.#isOver()', 'false'],
    ],
  },
  {
    because: NEVER_MISSING,
    file: 'src/kube/leader/lease-elector.ts',
    mutants: [['this.#observed === undefined', 'false']],
  },
  {
    because: 'Equivalent: the own Lease of a leader expires after its next period',
    file: 'src/kube/leader/lease-elector.ts',
    mutants: [["this.#current.name !== 'candidate'", 'false']],
  },
  {
    because: 'Equivalent: a code has no other place where the pattern matches first',
    file: 'src/authorization/one-time-code.ts',
    mutants: [['/^(.{5})(.{5})(.{5})(.{5})/', '/(.{5})(.{5})(.{5})(.{5})/']],
  },
  {
    because: 'Equivalent: nothing else is left there; the filter is for the types',
    file: 'src/reconciler/bounded-status.ts',
    mutants: [['error.issues .filter(isTooLong)', 'error.issues']],
  },
  {
    because: 'Equivalent: the paths of zod lead through objects and lists alone',
    file: 'src/reconciler/bounded-status.ts',
    mutants: [
      ["isRecord(value) && typeof key === 'string'", "isRecord(value) || typeof key === 'string'"],
      ["isRecord(value) && typeof key === 'string'", 'true'],
      ["typeof key === 'string'", 'true'],
    ],
  },
  {
    because: 'Equivalent: no other kind has a pending authorization',
    file: 'src/connector/decide/decide.ts',
    mutants: [["requested.kind === 'pending'", 'true']],
  },
  {
    because: 'Equivalent: the result is undefined',
    file: 'src/ownership/write-ahead-record.ts',
    mutants: [
      ['{ return undefined; }', '{}'],
      ['{ // A user put something else there. The inventory still finds every instanc...', '{}'],
    ],
  },
  {
    because: 'Equivalent: what is no JSON is no record either',
    file: 'src/ownership/write-ahead-record.ts',
    mutants: [['annotation === undefined', 'false']],
  },
  {
    because: 'Equivalent: a repeated credential has a previous record',
    file: 'src/ownership/write-ahead-record.ts',
    mutants: [['previous !== undefined', 'true']],
  },
  {
    because: 'Equivalent: a foreign instance has tags',
    file: 'src/connector/decide/ownership.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: only an absent value can be confirmed',
    file: 'src/connector/decide/obtain-secrets.ts',
    mutants: [["value.state === 'absent'", 'true']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/decide/authorization/evidence.ts',
    mutants: [['peer.token !== undefined', 'true']],
  },
  {
    because: 'Equivalent: with any other cause nothing works elsewhere',
    file: 'src/connector/decide/authorization/judge-failure.ts',
    mutants: [["cause === 'client' || !worksElsewhere", 'true']],
  },
  {
    because: 'Equivalent: an account in another state has no organization to compare',
    file: 'src/connector/act/act.ts',
    mutants: [["input.account.state === 'ready'", 'true']],
  },
  {
    because: 'Equivalent: there is no such session unless it was opened',
    file: 'src/connector/act/fallback-credentials.ts',
    mutants: [["fallback === 'open'", 'true']],
  },
  {
    because: 'Equivalent: no later rule matches such an error',
    file: 'src/connector/act/instance.ts',
    mutants: [
      [
        "!(error instanceof RemoteError) || error.class === 'throttled'",
        "!(error instanceof RemoteError) && error.class === 'throttled'",
      ],
      ["!(error instanceof RemoteError) || error.class === 'throttled'", 'false'],
      ["error.class === 'throttled'", 'false'],
      ['{ return undefined; }', '{}'],
    ],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/act/owned-secret.ts',
    mutants: [['fact !== undefined', 'true']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/act/secrets.ts',
    mutants: [
      ['fact === undefined', 'false'],
      ['known !== undefined', 'true'],
    ],
  },
  {
    because: 'Equivalent: an absent Secret has no version',
    file: 'src/connector/act/secrets.ts',
    mutants: [["before.state !== 'read'", 'false']],
  },
  {
    because: 'Equivalent: neither is a uid of this resource',
    file: 'src/connector/act/secrets.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: nothing reads the memory under another name',
    file: 'src/connector/act/secrets.ts',
    mutants: [['role === undefined', 'false']],
  },
  {
    because: 'Equivalent: the result is undefined',
    file: 'src/connector/act/secrets.ts',
    mutants: [['default: return undefined;', 'default:']],
  },
  {
    because: 'Equivalent: undefined is as false',
    file: 'src/connector/action-log.ts',
    mutants: [['default: return false;', 'default:']],
  },
  {
    because: 'Equivalent: no other action has the uid of a connector',
    file: 'src/connector/action-log.ts',
    mutants: [["action.type === 'ping-peer'", 'true']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/ports.ts',
    mutants: [['recorded !== undefined', 'true']],
  },
  {
    because: 'Equivalent: the text "not-found" has no such field',
    file: 'src/connector/observe/gather-secrets.ts',
    mutants: [["instance === 'not-found'", 'false']],
  },
  {
    because: 'Saves work alone: the same value is derived again',
    file: 'src/connector/observe/gather-secrets.ts',
    mutants: [['known?.fact === fact', 'false']],
  },
  {
    because: 'Saves work alone: the same value is derived again',
    file: 'src/connector/observe/observe.ts',
    mutants: [['text === recordTextOf(observation.connector)', 'false']],
  },
  {
    because: 'Equivalent: the text "not-found" has no such field',
    file: 'src/connector/observe/instances.ts',
    mutants: [["known === 'not-found'", 'false']],
  },
  {
    because: 'Equivalent: nothing has such an id',
    file: 'src/connector/observe/instances.ts',
    mutants: [['id === undefined', 'false']],
  },
  {
    because: 'Equivalent: the text "not-found" has no such field',
    file: 'src/connector/observe/peers.ts',
    mutants: [["known === 'not-found'", 'false']],
  },
  {
    because: 'Equivalent: nothing has such an id',
    file: 'src/connector/observe/peers.ts',
    mutants: [['id === undefined', 'false']],
  },
  {
    because: 'Equivalent: the item has no time, and none is compared with it',
    file: 'src/connector/observe/record-outcome.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/observe/secret-inputs.ts',
    mutants: [
      ['known !== undefined && previous !== undefined', 'known !== undefined || previous !== undefined'],
      ['known !== undefined', 'true'],
      ['previous !== undefined', 'true'],
    ],
  },
  {
    because: SAME_RESULT,
    file: 'src/connector/report/summarize.ts',
    mutants: [["case 'Synced': return undefined;", "case 'Synced':"]],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/report/instance-status.ts',
    mutants: [['instance.name !== undefined', 'true']],
  },
  {
    because: 'Equivalent: lengths differ there',
    file: 'src/kube/watch/resource-version.ts',
    mutants: [['a.length < b.length', 'a.length <= b.length']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/kube/watch/primary-resource.ts',
    mutants: [['uid !== undefined', 'true']],
  },
  {
    because: 'Frees memory alone',
    file: 'src/kube/watch/store.ts',
    mutants: [
      ['{ entries.delete(key); }', '{}'],
      ['found?.size === 0', 'false'],
      ['entries.delete(key);', ';'],
      ['keys.delete(entry);', ';'],
    ],
  },
  {
    because: 'Equivalent: no entry is under that key',
    file: 'src/kube/watch/store.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: a text has no manager',
    file: 'src/kube/watch/suspend-manager.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
];
