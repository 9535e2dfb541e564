/** One knob of the simulator: its initial value, what it changes, and the source of the fact. */
export interface KnobDefinition<T> {
  readonly initial: T;
  /** What the knob changes, as one or two sentences. */
  readonly doc: string;
  /** Source of the initial value, or that it is an assumption. */
  readonly fact: string;
  /** The values a text knob may take. */
  readonly choices?: readonly T[];
}

type Definition = KnobDefinition<number> | KnobDefinition<boolean> | KnobDefinition<string>;

const amount = (initial: number, doc: string, fact: string): KnobDefinition<number> => ({
  initial,
  doc,
  fact,
});
const flag = (initial: boolean, doc: string, fact: string): KnobDefinition<boolean> => ({
  initial,
  doc,
  fact,
});
const choice = <const C extends readonly string[]>(
  choices: C,
  initial: C[number],
  doc: string,
  fact: string,
): KnobDefinition<C[number]> => ({ initial, doc, fact, choices });

const assumed = 'Assumption: no public source';
const churros = 'Cloud Elements acceptance tests (churros)';
const swagger = 'Swagger of the SAP Open Connectors "Instances" API';

/** Every knob of the simulator. The README has the table that `--print-knobs` prints from it. */
export const knobTable = {
  latencyMs: amount(0, 'Milliseconds before each request is processed.', assumed),
  provisioningMs: amount(
    0,
    'Milliseconds between a create or reauthorization and its commit. The commit happens also after the client disconnected.',
    'About 19 s with the browser login, cloud-elements/churros pull request 2233; 0 keeps tests fast',
  ),
  requestsPerSecond: amount(
    0,
    'Requests of an organization per second; further ones get 429 with `Retry-After: 1`. 0 means no limit.',
    'No number is published',
  ),
  badGrant: choice(
    ['400', '401', '502', 'dead-instance'],
    '400',
    'Response to a code that the provider refuses: an error status, or 200 with an instance that cannot reach the provider.',
    `${churros}, basics.js: the status may be 4xx or 5xx, and some connectors answer 200`,
  ),
  codeTtlMs: amount(
    600_000,
    'Lifetime of an authorization code in milliseconds.',
    'RFC 6749 4.1.2 recommends at most ten minutes; the lifetime at Keap is not published',
  ),
  codeReuseRevokes: flag(
    false,
    'Whether a code that is sent twice revokes its grant.',
    'RFC 6749 4.1.2 says SHOULD; what Keap does is not published',
  ),
  accessTokenTtlMs: amount(
    86_400_000,
    'Lifetime of an access token of the provider in milliseconds.',
    'Keap staff: 24 hours',
  ),
  refreshTokenTtlMs: amount(
    3_888_000_000,
    'Lifetime of a refresh token of the provider in milliseconds.',
    'Keap staff: 45 days',
  ),
  providerAvailable: flag(
    true,
    'Whether the platform reaches the provider. Otherwise exchange and hub calls get 502.',
    assumed,
  ),
  encryptedKeyCheckedOnCreate: flag(
    false,
    'Whether a wrong Encrypted Key fails the create. Otherwise only hub calls fail.',
    assumed,
  ),
  serverAndKeyRequired: flag(
    true,
    'Whether infusionsoftcrm requires `infusionsoft.server` and `infusionsoft.private.key`.',
    'The setup and authenticate pages list both; the flag itself is an assumption',
  ),
  externalAuthentication: choice(
    ['accepted', 'refused'],
    'accepted',
    'Whether an instance can be created from a refresh token with `externalAuthentication: initial`.',
    'Cloud Elements page on provisioning with an existing refresh token',
  ),
  refreshTokenChecked: choice(
    ['first-call', 'create'],
    'first-call',
    'When the platform first uses a refresh token that was given at creation.',
    'The same page: the platform refreshes later',
  ),
  createEchoesProviderData: flag(
    false,
    'Whether the response to a create repeats `providerData`. PUT and PATCH never do.',
    'Sometimes: infusionsoft-rest sample of the Cloud Elements developer portal',
  ),
  createShowsConfiguration: flag(
    true,
    'Whether the response to a create shows the configuration instead of `{}`.',
    `${churros} read it; the infusionsoftcrm sample of the developer portal has {}`,
  ),
  signatureKeyMasked: flag(
    true,
    'Whether the signature key of events is shown as `********`.',
    'Unknown: samples show only null',
  ),
  eventKeysByPatch: flag(
    true,
    'Whether a PATCH changes the configuration of events. Without it the keys are ignored.',
    'The guide on instances says that events need a new authentication; other pages and churros patch them',
  ),
  maskedKeys: choice(
    ['oauth', 'oauth-and-key', 'all-secrets'],
    'oauth',
    'Values shown as `********`: client id and secret; these and the Encrypted Key; or also the tokens of the provider.',
    `${churros}: both OAuth keys; the rest is unknown`,
  ),
  maskedValueSentBack: choice(
    ['stored', 'ignored'],
    'stored',
    'Effect of `********` in a request: stored as the value, which breaks the instance, or ignored.',
    assumed,
  ),
  putConfiguration: choice(
    ['replaced', 'merged'],
    'replaced',
    'Effect of the configuration in a PUT. A PUT without one keeps the current one in both cases.',
    'Instance APIs page: PUT replaces; its own sample sends only name and tags',
  ),
  tokenRotatesOnReauthorization: flag(
    false,
    'Whether a reauthorization gives the instance a new token. The old one then gets 401.',
    'Assumption: stable, as over PATCH',
  ),
  reauthorizationEnables: flag(
    false,
    'Whether a reauthorization also enables an instance that the platform disabled.',
    'Help page on automatic disabling: re-enable and re-authenticate',
  ),
  refreshAttempts: amount(
    5,
    'Failed token refreshes after which the platform disables the instance.',
    'Help page on automatic disabling: 5',
  ),
  enablingResumesRefresh: flag(
    false,
    'Whether enabling an instance that the platform disabled lets it refresh again. Otherwise only a new grant does.',
    'Help page on automatic disabling: re-enable and re-authenticate; whether enabling alone suffices is unknown',
  ),
  credentialsUsedOnEveryCall: flag(
    true,
    'Whether each hub call checks client id and client secret, instead of the next token refresh only.',
    'Assumption that shows a client error immediately',
  ),
  listLagMs: amount(
    0,
    'Milliseconds until lists and searches show a created instance. A read by id shows it immediately.',
    assumed,
  ),
  listStaleMs: amount(
    0,
    'Milliseconds by which lists and searches are stale, for creations, changes and deletions. A read by id is current. Counts from the time it is set.',
    assumed,
  ),
  listDeleteLagMs: amount(0, 'Milliseconds until lists hide a deleted instance.', assumed),
  noMatch: choice(
    ['not-found', 'empty-list'],
    'not-found',
    'Response to a search without a match: 404, or 200 with `[]`.',
    `${churros}: 404`,
  ),
  emptyAccount: choice(
    ['not-found', 'empty-list'],
    'not-found',
    'Response to a list without filter in an account without instances.',
    'Assumption: the same as for a search',
  ),
  tagsMatch: choice(
    ['all', 'any'],
    'all',
    'Whether an instance must have all of several `tags[]`, or one of them.',
    assumed,
  ),
  pageCap: amount(
    200,
    'Maximum of instances in one response, for any `pageSize`.',
    `${swagger}: default and maximum 200`,
  ),
  oversizedPage: choice(
    ['refused', 'capped'],
    'refused',
    'Response to a `pageSize` above 200: status 400, or 200 instances.',
    assumed,
  ),
  tagsWithoutHydrate: flag(
    false,
    'Whether a list without `hydrate=true` shows tags.',
    `${swagger}: it does not; ${churros} of 2018 show them`,
  ),
  listValid: choice(
    ['always', 'actual'],
    'always',
    'Whether a list shows `valid: true` for every instance.',
    'Instance APIs page: the same instance is valid in the list and not in the read',
  ),
  listWithElementToken: choice(
    ['list', 'instance'],
    'list',
    'Response to `GET /instances` with an instance token in the header.',
    `${swagger} says the list; the help page on revoking tokens reads the instance`,
  ),
  enabledAnswersInstance: flag(
    false,
    'Whether PUT and DELETE of `/enabled` return the instance instead of an empty body.',
    assumed,
  ),
  pingSupported: flag(
    true,
    'Whether the elements have a ping. Otherwise it gets 404, and only `/contacts?pageSize=1` works.',
    'Unknown for infusionsoftcrm; infusionsoftmarketing has one',
  ),
  oauthUrlByPost: flag(
    true,
    'Whether POST returns the authorize URL. Otherwise it gets 405.',
    'Platform SDK generated by Cloud Elements (ce-sdkifier)',
  ),
  elementsNeedAuthorization: flag(
    false,
    'Whether `/elements` requires credentials.',
    'Element APIs page: none needed',
  ),
  elementConfigurationShape: choice(
    ['list', 'wrapped'],
    'list',
    'Shape of `/elements/{key}/configuration`: an array, or `{configuration, providerData}`.',
    `${churros}: an array; the generated SDK: wrapped`,
  ),
  organizationShowsSecret: flag(
    true,
    'Whether `/organizations/me` and `/users` show their secrets.',
    `${churros}: they do`,
  ),
} as const satisfies Record<string, Definition>;

type Table = typeof knobTable;

/** The values of all knobs; may be changed while the simulator runs. */
export type Knobs = { -readonly [K in keyof Table]: Table[K] extends KnobDefinition<infer T> ? T : never };

export type KnobName = keyof Knobs;

const initialKnobs = Object.fromEntries(
  Object.entries(knobTable).map(([name, definition]) => [name, definition.initial]),
) as unknown as Knobs;

/** All knobs at their initial values, except for `overrides`. */
export function createKnobs(overrides: Partial<Knobs> = {}): Knobs {
  return { ...initialKnobs, ...overrides };
}

/** Sets one knob from unvalidated data. Returns the reason as text when it does not. */
export function setKnob(knobs: Knobs, name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(knobTable, name)) {
    return `Unknown knob "${name}".`;
  }
  const definition: Definition = knobTable[name as KnobName];
  if (typeof value !== typeof definition.initial) {
    return `Knob "${name}" takes a ${typeof definition.initial}.`;
  }
  const choices: readonly unknown[] | undefined = definition.choices;
  if (choices !== undefined && !choices.includes(value)) {
    return `Knob "${name}" is one of ${choices.join(', ')}.`;
  }
  Object.assign(knobs, { [name]: value });
  return undefined;
}
