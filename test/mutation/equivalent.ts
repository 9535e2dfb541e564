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
    because: 'Costs memory alone: an empty list or set, or a set of one, is found like none or one',
    file: 'src/kube/watch/store-index.ts',
    mutants: [
      ['{ return; }', '{}'],
      ['keys.length === 0', 'false'],
      ['found instanceof Set && found.size === 0', 'false'],
      ['found !== entry', 'true'],
    ],
  },
  {
    because: 'Equivalent: no object has the key of the mutant',
    file: 'src/kube/watch/store-index.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: without a version to continue from, a list follows as well',
    file: 'src/kube/watch/reflector.ts',
    mutants: [["case 'lost': await this.#pause(outcome.error); return undefined;", "case 'lost':"]],
  },
  {
    because: 'Leaves a listener or a stream behind that has ended',
    file: 'src/kube/watch/reflector.ts',
    mutants: [
      ['true', 'false'],
      ["{ stream.abort(); this.#life.signal.removeEventListener('abort', end); }", '{}'],
      ['stream.abort();', ';'],
      ["this.#life.signal.removeEventListener('abort', end);", ';'],
    ],
  },
  {
    because: 'Equivalent: a stop ends the pause that follows at once',
    file: 'src/kube/watch/reflector.ts',
    mutants: [['this.#life.signal.aborted', 'false']],
  },
  {
    because: 'No server of the suites sends an empty line',
    file: 'src/kube/watch/reflector.ts',
    mutants: [["line === ''", 'false']],
  },
  {
    because: 'Equivalent: what recovered once has nothing to recover',
    file: 'src/kube/watch/reflector.ts',
    mutants: [
      ['{ return; }', '{}'],
      ['progress.isHealthy', 'false'],
    ],
  },
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
    because: 'Equivalent: no value in another state has such a field',
    file: 'src/connector/decide/authorization/authorize.ts',
    mutants: [["found.state === 'value'", 'true']],
  },
  {
    because: 'Equivalent: only a record is unreadable',
    file: 'src/connector/decide/authorization/authorize.ts',
    mutants: [['record !== undefined', 'true']],
  },
  {
    because: 'Equivalent: a new credential has no time to wait for, and is sent as well',
    file: 'src/connector/decide/authorization/authorize.ts',
    mutants: [["case 'new': return transmit(input, due, grant);", "case 'new':"]],
  },
  {
    because: 'Equivalent: an earlier rule ends with an account in another state',
    file: 'src/connector/decide/authorization/authorize.ts',
    mutants: [["account.state !== 'ready'", 'false']],
  },
  {
    because: 'Equivalent: an earlier rule has the credential read',
    file: 'src/connector/decide/authorization/authorize.ts',
    mutants: [
      ["grant?.match === undefined || grant.value.state !== 'value'", 'false'],
      ['grant?.match === undefined', 'false'],
      ["grant.value.state !== 'value'", 'false'],
      [
        "grant?.match === undefined || grant.value.state !== 'value'",
        "grant?.match === undefined && grant.value.state !== 'value'",
      ],
    ],
  },
  {
    because: 'Equivalent: what is no response is never current',
    file: 'src/connector/decide/authorization/consent.ts',
    mutants: [['response === undefined', 'false']],
  },
  {
    because: 'Equivalent: no other action has a result',
    file: 'src/connector/decide/authorization/requested-grant.ts',
    mutants: [["action.type === 'finish'", 'true']],
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
      ['{ this.#deletions.delete(oldest); return; }', '{}'],
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
  {
    because: NEVER_MISSING,
    file: 'src/connector/decide/connection-secret.ts',
    mutants: [['desired === undefined', 'false']],
  },
  {
    because: 'Equivalent: the result is undefined',
    file: 'src/connector/decide/desired-instance.ts',
    mutants: [['wanted === undefined', 'false']],
  },
  {
    because: 'Equivalent: a valid spec of another element has none',
    file: 'src/connector/decide/event-fields.ts',
    mutants: [['eventsOf(input) !== undefined', 'true']],
  },
  {
    because: 'Equivalent: undefined is as false',
    file: 'src/connector/decide/event-fields.ts',
    mutants: [['{ return false; // Another client stored no JSON: it is replaced. }', '{}']],
  },
  {
    because: 'Equivalent: an earlier rule ends with an account in another state',
    file: 'src/connector/decide/preconditions.ts',
    mutants: [["account.state !== 'ready'", 'false']],
  },
  {
    because: 'Equivalent: an instance that does not exist is never the one in use',
    file: 'src/connector/decide/replacement.ts',
    mutants: [["instance === 'not-found'", 'false']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/decide/replacement.ts',
    mutants: [
      ["old !== undefined && old !== 'not-found'", "old !== undefined || old !== 'not-found'"],
      ["old !== undefined && old !== 'not-found'", 'true'],
      ['old !== undefined', 'true'],
    ],
  },
  {
    because: 'Equivalent: the text "not-found" has no such field',
    file: 'src/connector/decide/replacement.ts',
    mutants: [["old !== 'not-found'", 'true']],
  },
  {
    because: 'Equivalent: an instance that does not exist is not held either',
    file: 'src/connector/decide/replacement.ts',
    mutants: [["known === 'not-found'", 'false']],
  },
  {
    because: 'Equivalent: status has both or neither',
    file: 'src/connector/observe/gather-secrets.ts',
    mutants: [['resourceVersion === undefined', 'false']],
  },
  {
    because: 'Equivalent: without an id nothing reads what is known of it',
    file: 'src/connector/observe/instances.ts',
    mutants: [
      ['recorded === undefined', 'false'],
      ['recorded !== undefined', 'true'],
    ],
  },
  {
    because: 'Equivalent: it is set to its value before anything reads it',
    file: 'src/connector/observe/observe.ts',
    mutants: [['false', 'true']],
  },
  {
    because: 'Equivalent: undefined is neither before nor after another time',
    file: 'src/connector/observe/observe.ts',
    mutants: [['memory.clockSetBackAt !== undefined', 'true']],
  },
  {
    because: 'Equivalent: an absent Secret has no version',
    file: 'src/connector/observe/observe.ts',
    mutants: [["fact.state === 'absent'", 'false']],
  },
  {
    because: 'Equivalent: the state of the account is in the hash as well',
    file: 'src/connector/observe/observe.ts',
    mutants: [
      ['[]', '["Stryker was here"]'],
      ["account.state === 'ready'", 'true'],
    ],
  },
  {
    because: 'Equivalent: a valid spec of another element has none',
    file: 'src/connector/observe/secret-uses.ts',
    mutants: [['elementKeyOf(spec) === LEGACY_ELEMENT', 'true']],
  },
  {
    because: NEVER_MISSING,
    file: 'src/connector/report/instance-status.ts',
    mutants: [
      [
        "instance !== undefined && instance !== 'not-found'",
        "instance !== undefined || instance !== 'not-found'",
      ],
      ["instance !== undefined && instance !== 'not-found'", 'true'],
      ['instance !== undefined', 'true'],
      ["instance !== 'not-found'", 'true'],
    ],
  },
  {
    because: 'Equivalent: neither is a uid of this resource',
    file: 'src/connector/report/instance-status.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: no effect is under that name',
    file: 'src/connector/plan/decide-observed.ts',
    mutants: [["checked.type !== 'finish'", 'true']],
  },
  {
    because: 'Equivalent: the result is undefined',
    file: 'src/connector/plan/decide-observed.ts',
    mutants: [['default: return undefined;', 'default:']],
  },
  {
    because: 'Equivalent: the raised generation alone makes a retry due',
    file: 'src/connector/plan/plan.ts',
    mutants: [['true', 'false']],
  },
  {
    because: 'Equivalent: undefined is neither before nor after another time',
    file: 'src/account/act/act.ts',
    mutants: [['listedAt !== undefined', 'true']],
  },
  {
    because: 'Equivalent: an absent value has no text',
    file: 'src/account/credentials/fallback-credentials.ts',
    mutants: [['before !== undefined', 'true']],
  },
  {
    because: 'Equivalent: no session in another state has such a field',
    file: 'src/account/decide/credentials.ts',
    mutants: [
      ["session.state === 'open'", 'true'],
      ["session.state === 'refused'", 'true'],
    ],
  },
  {
    because: 'Equivalent: no session in another state has such a field',
    file: 'src/account/decide/decide.ts',
    mutants: [["input.session.state === 'open'", 'true']],
  },
  {
    because: 'Equivalent: undefined is neither before nor after another time',
    file: 'src/account/decide/decide.ts',
    mutants: [['at !== undefined', 'true']],
  },
  {
    because: 'Equivalent: a signal aborts once',
    file: 'src/account/default-account.ts',
    mutants: [['true', 'false']],
  },
  {
    because: 'Equivalent: a signal aborts once',
    file: 'src/account/late/late-instances.ts',
    mutants: [['true', 'false']],
  },
  {
    because: 'Equivalent: the timer exists only between the start and the abort',
    file: 'src/account/late/late-instances.ts',
    mutants: [
      ['signal === undefined || signal.aborted', 'false'],
      ['signal === undefined', 'false'],
      ['signal === undefined || signal.aborted', 'signal === undefined && signal.aborted'],
    ],
  },
  {
    because: 'Equivalent: it is set to its value before anything reads it',
    file: 'src/account/observe/observe.ts',
    mutants: [['false', 'true']],
  },
  {
    because: 'Equivalent: an absent Secret has no version',
    file: 'src/account/observe/observe.ts',
    mutants: [["secret.state === 'absent'", 'false']],
  },
  {
    because: 'Equivalent: no session has such a key',
    file: 'src/account/registry.ts',
    mutants: [
      ['[]', '["Stryker was here"]'],
      ['key === undefined', 'false'],
    ],
  },
  {
    because: 'Equivalent: no organization has an id of undefined',
    file: 'src/account/registry.ts',
    mutants: [['before !== undefined', 'true']],
  },
  {
    because: 'Equivalent: the text differs in the same cases',
    file: 'src/account/registry.ts',
    mutants: [
      ['entry.open?.inventory.listedAt !== undefined', 'entry.open?.inventory.listedAt === undefined'],
    ],
  },
  {
    because: 'Equivalent: the filter takes it out',
    file: 'src/ownership/write-ahead-record.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: the way to a grant has no other end',
    file: 'src/connector/decide/authorization/judge-failure.ts',
    mutants: [["action.result.kind === 'blocked'", 'true']],
  },
  {
    because: 'Equivalent: nothing reads what has no such field',
    file: 'src/connector/report/summarize.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: no other result has a condition',
    file: 'src/connector/report/summarize.ts',
    mutants: [["result.kind === 'blocked'", 'true']],
  },
  {
    because: 'Equivalent: nothing reads what has no such field',
    file: 'src/account/report/summarize.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: the schema bounds the status to the same length afterward',
    file: 'src/account/report/report.ts',
    mutants: [
      ['name.slice(0, 1_024)', 'name'],
      ['orphans.slice(0, SHOWN_ORPHANS)', 'orphans'],
    ],
  },
  {
    because: 'Equivalent: the result is undefined',
    file: 'src/account/report/report.ts',
    mutants: [["result.kind === 'ready'", 'false']],
  },
  {
    because: 'Equivalent: an account that is ready is always looked at again',
    file: 'src/account/report/report.ts',
    mutants: [["outcome.kind === 'again'", 'true']],
  },
  {
    because: 'Equivalent: no response has the hash of an incomplete request',
    file: 'src/connector/observe/gather-secrets.ts',
    mutants: [
      ["account.state !== 'ready'", 'false'],
      ["clientId.value.state !== 'value'", 'false'],
    ],
  },
  {
    because: 'Equivalent: nothing reads what has no such field',
    file: 'src/account/controller.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: nothing reads what has no such field',
    file: 'src/connector/report/report.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: the mounted Secret is never unread, so that nothing reads it',
    file: 'src/account/default-account.ts',
    mutants: [['async () => mounted()', '() => undefined']],
  },
  {
    because: 'Equivalent: nothing reads the owners of the mounted Secret',
    file: 'src/account/default-account.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: undefined is neither before nor after another time',
    file: 'src/account/pause-end.ts',
    mutants: [['throttledUntil !== undefined', 'true']],
  },
  {
    because: 'Equivalent: a client that was removed can be removed again',
    file: 'src/account/registry.ts',
    mutants: [['this.#entries.set(key, { ...entry, candidate: undefined });', ';']],
  },
  {
    because: 'Equivalent: a tag without a prefix of the operator names no owner',
    file: 'src/connector/observe/instances.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: no instance has such an id, and no owner such a tag',
    file: 'src/ownership/inventory.ts',
    mutants: [['[]', '["Stryker was here"]']],
  },
  {
    because: 'Equivalent: undefined is neither before nor after another time',
    file: 'src/ownership/inventory.ts',
    mutants: [['time !== undefined', 'true']],
  },
  {
    because: 'Equivalent: nothing is asked for by another tag',
    file: 'src/ownership/inventory.ts',
    mutants: [['(known.tags ?? []).filter(isOwnerTag)', 'known.tags ?? []']],
  },
  {
    because: 'Equivalent: the text "not-found" has no such field',
    file: 'src/ownership/inventory.ts',
    mutants: [["known === 'not-found'", 'false']],
  },
  {
    because: 'Frees memory alone',
    file: 'src/ownership/inventory.ts',
    mutants: [
      ['{ this.#byOwner.delete(tag); }', '{}'],
      ['ids?.size === 0', 'false'],
      ['this.#byOwner.delete(tag);', ';'],
    ],
  },
  {
    because: 'Equivalent: nothing has such an id',
    file: 'src/ownership/inventory.ts',
    mutants: [
      ['ids.filter((id) => id !== undefined)', 'ids'],
      ['id !== undefined', 'true'],
    ],
  },
  {
    because: 'Equivalent: what does not exist has no owner',
    file: 'src/ownership/inventory.ts',
    mutants: [["instance !== 'not-found'", 'true']],
  },
  {
    because: 'Equivalent: what is no JSON is no record either',
    file: 'src/ownership/references.ts',
    mutants: [["typeof annotation === 'string'", 'true']],
  },
];
