import type { Defect } from './defect.ts';
import { LATE_COMMIT_DEFECTS } from './late-commit-defects.ts';

const RECORD = 'src/connector/observe/record-outcome.ts';
const INSTANCE = 'src/connector/act/instance.ts';
const CLASSIFY = 'src/openconnectors/errors/classify.ts';
const SEND = 'src/connector/act/send-credential.ts';
const DELETION = 'src/connector/decide/deletion.ts';
const AUTHORIZE = 'src/connector/decide/authorization/authorize.ts';
const PRECONDITIONS = 'src/connector/decide/preconditions.ts';
const OWNERSHIP = 'src/connector/decide/ownership.ts';

/** Classic mistakes, and defects that the code once had. Each takes one rule out of the source. */
export const DEFECTS: readonly Defect[] = [
  {
    name: 'finalizer early',
    effect: 'A deleted resource is released before its instances are deleted.',
    breaks: ['finalizer last'],
    seed: 1,
    edits: [
      {
        file: DELETION,
        from: '  return isCreated ? undefined : (watchForLateInstance(input) ?? released);',
        to: '  return isCreated || !isCreated ? released : undefined;',
      },
    ],
  },
  {
    name: 'no write-ahead record',
    effect: 'A code is sent before it is recorded.',
    breaks: ['code sent once', 'one instance', 'finalizer last', 'owned instance', 'settled'],
    seed: 1,
    edits: [
      {
        file: SEND,
        from: '  const next = await withRecord(context, input, record);',
        to: '  const next = input;',
      },
    ],
  },
  {
    name: 'code twice',
    effect: 'A code counts as new although the record says that it was sent.',
    breaks: ['code sent once'],
    seed: 1,
    edits: [{ file: RECORD, from: '  if (!match.wasSent) {', to: '  if (match !== undefined) {' }],
  },
  {
    name: 'forwarded 429 counts as unprocessed',
    effect: 'A code is sent again after a 429 of the provider.',
    breaks: ['code sent once'],
    seed: 52,
    focus: 'provider throttles',
    edits: [
      {
        file: CLASSIFY,
        from: "      return typeof own.providerMessage === 'string' ? 'unknown' : 'no';",
        to: "      return 'no';",
      },
    ],
  },
  {
    name: 'server error counts as unprocessed',
    effect: 'A code is sent again after a 5xx.',
    breaks: ['code sent once'],
    seed: 14,
    focus: 'server errors',
    edits: [
      {
        file: CLASSIFY,
        from: "  if (own === undefined || status < 400 || status >= 500) {\n    return 'unknown';",
        to: "  if (own === undefined || status < 400 || status >= 500) {\n    return 'no';",
      },
    ],
  },
  {
    name: 'gateway 404 counts as deleted',
    effect: 'The 404 of a gateway counts as the answer of Open Connectors.',
    breaks: ['one instance', 'finalizer last', 'owned instance', 'settled'],
    seed: 125,
    focus: 'gateway',
    edits: [
      {
        file: CLASSIFY,
        from: "      return own === undefined ? 'unexpected' : 'not-found';",
        to: "      return 'not-found';",
      },
    ],
  },
  {
    name: 'failed read counts as deleted',
    effect: 'Any failed read by id counts as absence.',
    breaks: ['one instance', 'finalizer last', 'owned instance', 'settled'],
    seed: 1,
    edits: [
      {
        file: INSTANCE,
        from: "  return error instanceof RemoteError && error.class === 'not-found';",
        to: '  return error instanceof RemoteError;',
      },
    ],
  },
  {
    name: 'owner unchecked',
    effect: 'An instance is written to by what a listing said minutes ago.',
    breaks: ['foreign instance'],
    seed: 11,
    edits: [
      {
        file: INSTANCE,
        from: '  if (context.justRead === id) {',
        to: '  if (context.justRead !== -1) {',
      },
    ],
  },
  ...LATE_COMMIT_DEFECTS,
  {
    name: 'status written without change',
    effect: 'Each reconcile writes the status.',
    breaks: ['quiet'],
    seed: 1,
    edits: [
      {
        file: 'src/reconciler/status-patch.ts',
        from: '  return Object.keys(patch).length === 0 ? undefined : patch;',
        to: '  return patch;',
      },
    ],
  },
  {
    name: 'Lease not fenced',
    effect: 'A replica writes to Open Connectors without a look at its Lease.',
    breaks: ['fenced'],
    seed: 166,
    focus: 'paused leaders',
    edits: [
      {
        file: 'src/compose.ts',
        from: '    guard: () => leadership.assertHeld(),',
        to: '    guard: () => undefined,',
      },
    ],
  },
  {
    name: 'renew deadline ignored',
    effect: 'A leader counts as leading after its renew deadline.',
    breaks: ['fenced'],
    seed: 166,
    focus: 'paused leaders',
    edits: [
      {
        file: 'src/kube/leader/lease-elector.ts',
        from: "      this.#current.name === 'leading' &&\n      clock.monotonic() - this.#current.renewedAt < this.#timing.renewDeadlineMs",
        to: "      this.#current.name === 'leading' && clock.monotonic() >= 0",
      },
    ],
  },
  {
    name: 'backoff lost',
    effect: 'A failed reconcile is repeated immediately.',
    breaks: ['bounded calls'],
    seed: 4,
    edits: [
      {
        file: 'src/reconciler/backoff.ts',
        from: '  return Math.max(retryAfterMs, backoffDelayMs(LIMITS, count, fraction));',
        to: '  return 0 * (retryAfterMs + count + fraction);',
      },
      {
        file: 'src/kube/queue/backoff.ts',
        from: '    return backoffCeilingMs(this.#limits, this.#failures) * this.#random.fraction();',
        to: '    return 0 * this.#random.fraction();',
      },
      {
        file: 'src/kube/queue/work-queue.ts',
        from: '    const delayMs = ceiling * (1 - this.#options.random.fraction() / 2);',
        to: '    const delayMs = 0 * ceiling;',
      },
    ],
  },
  {
    name: 'search skipped',
    effect: 'A create whose outcome is unknown is not searched for.',
    breaks: ['searched first', 'one instance'],
    seed: 1,
    edits: [
      {
        file: AUTHORIZE,
        from: "  if (due.why !== 'create' || record === undefined || isSettled(input, record) || isFound(input, record)) {",
        to: "  if (due.why !== 'nothing' || record === undefined || isSettled(input, record) || isFound(input, record)) {",
      },
    ],
  },
  {
    name: 'search before a second send skipped',
    effect: 'A code that was not processed is sent again without a search.',
    breaks: ['searched first'],
    seed: 18,
    focus: 'platform throttles',
    edits: [
      {
        file: AUTHORIZE,
        from: "  return due.why === 'create' && searchedAt(input) < notBefore",
        to: "  return due.why === 'create' && searchedAt(input) < 0",
      },
    ],
  },
  {
    name: 'first listing skipped',
    effect: 'A leader creates before it has listed the account.',
    breaks: ['searched first', 'one instance'],
    seed: 67,
    focus: 'edits during listings',
    edits: [
      {
        file: PRECONDITIONS,
        from: "  return input.external.searchedAt === undefined ? finish({ kind: 'cache-not-synced' }) : undefined;",
        to: "  return input === undefined ? finish({ kind: 'cache-not-synced' }) : undefined;",
      },
    ],
  },
  {
    name: 'finalizer after the create',
    effect: 'The record of a create does not add the finalizer.',
    breaks: ['finalizer last', 'owned instance', 'one instance'],
    seed: 36,
    focus: 'edits under way',
    edits: [
      {
        file: SEND,
        from: '    annotations: { [ANNOTATIONS.attempt]: formatRecord(record) },\n    ...withFinalizer(input),',
        to: '    annotations: { [ANNOTATIONS.attempt]: formatRecord(record) },',
      },
    ],
  },
  {
    name: 'removal not recorded',
    effect: 'An instance is deleted without a conditional status write first.',
    breaks: ['removal recorded'],
    seed: 1,
    edits: [
      {
        file: OWNERSHIP,
        from: '  return isRemovalRecorded(input.log, id)',
        to: '  return isRemovalRecorded(input.log, id) || id > 0',
      },
    ],
  },
  {
    name: 'absence in another organization',
    effect: 'A deletion looks for the instance in the organization that the account has now.',
    breaks: ['finalizer last', 'owned instance', 'one instance'],
    seed: 80,
    focus: 'moved accounts',
    edits: [
      {
        file: DELETION,
        from: '  return account.baseUrl === place.baseUrl && account.organizationId === place.organizationId;',
        to: '  return account.baseUrl === place.baseUrl;',
      },
    ],
  },
  {
    name: 'create in another organization forgotten',
    effect:
      'A create that was accepted in one organization is not looked for there after a change of the account.',
    breaks: ['one instance'],
    seed: 13,
    focus: 'edits under way',
    edits: [
      {
        file: PRECONDITIONS,
        from: '  const isOpen = !isSettled(input, record) || isUnwritten(input, record);',
        to: '  const isOpen = !isSettled(input, record);',
      },
    ],
  },
  {
    name: 'refresh token sent twice',
    effect: 'A refresh token is sent again after a 429 of Open Connectors.',
    breaks: ['code sent once'],
    seed: 38,
    focus: 'platform throttles',
    edits: [
      {
        file: SEND,
        from: "  if (error.processed === 'no' && (record.kind === 'code' || error.status === undefined)) {",
        to: "  if (error.processed === 'no') {",
      },
    ],
  },
  {
    name: 'code sent without end',
    effect: 'A code that is not processed is sent again as often as that happens.',
    breaks: ['code sent once'],
    seed: 18,
    focus: 'platform throttles',
    edits: [
      {
        file: RECORD,
        from: '  return isTooOld || record.sends >= MAX_SENDS ?',
        to: '  return isTooOld || record.sends > MAX_SENDS + 9 ?',
      },
    ],
  },
  {
    name: 'host not checked',
    effect: 'An account is called whose host ALLOWED_HOSTS does not have.',
    breaks: ['allowed host'],
    seed: 1,
    edits: [
      {
        file: 'src/account/decide/decide.ts',
        from: '  if (allowedHost(baseUrl, input.allowedHosts) !== undefined) {',
        to: '  if (baseUrl !== undefined) {',
      },
    ],
    coveredBy: {
      rule: 'No session is opened for an account whose host is not allowed.',
      edits: [
        {
          file: 'src/operator/ports.ts',
          from: '    isAllowed: (baseUrl) => allowedHost(baseUrl, config.allowedHosts) !== undefined,',
          to: '    isAllowed: () => true,',
        },
      ],
    },
  },
  {
    name: 'instance without status forgotten',
    effect: 'After a change of spec.connector an instance that status does not have yet is not replaced.',
    breaks: ['settled', 'one instance'],
    seed: 89,
    focus: 'edits under way',
    edits: [
      {
        file: 'src/connector/decide/decide.ts',
        from: '    const unwritten = old === undefined ? recordUnwritten(input) : undefined;',
        to: '    const unwritten = input === undefined ? recordUnwritten(input) : undefined;',
      },
    ],
    coveredBy: {
      rule: 'An instance in use explains one create alone, so that the other one is deleted as a duplicate.',
      edits: [
        {
          file: RECORD,
          from: '  const explained = new Set(inUse.map((used) => originOf(input, sends, used)));',
          to: '  const explained = new Set(inUse.length > 0 ? sends : [originOf(input, sends, instance)].slice(1));',
        },
      ],
    },
  },
];
