/** One switch of the simulator: what it is set to unless a test says otherwise, and why. */
export interface KnobDefinition<T> {
  readonly initial: T;
  /** What the knob changes, as one or two sentences. */
  readonly doc: string;
  /** Where the initial value is known from, or that it is an assumption. */
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

const assumed = 'Assumption: nothing public says it';
const churros = 'Cloud Elements acceptance tests (churros)';
const swagger = 'Swagger of the SAP Open Connectors "Instances" API';

/** Every knob of the simulator, declared once; `docs/development/simulator.md` lists them from here. */
export const knobTable = {
  latencyMs: amount(0, 'Milliseconds every answer takes, before anything is done.', assumed),
  provisioningMs: amount(
    0,
    'Milliseconds between a create or re-authorization and its commit. The commit happens even when the client has gone.',
    'About 19 s with the browser login, cloud-elements/churros pull request 2233; 0 keeps tests quick',
  ),
  requestsPerSecond: amount(
    0,
    'Requests an organization may send within a second before it gets 429 with `Retry-After: 1`. 0 is without limit.',
    'No number is published',
  ),
  badGrant: choice(
    ['400', '401', '502', 'dead-instance'],
    '400',
    'Answer to a code that the provider refuses: an error status, or 200 with an instance that cannot reach the provider.',
    `${churros}, basics.js: the status may be 4xx or 5xx, and some connectors answer 200`,
  ),
  codeTtlMs: amount(
    600_000,
    'Milliseconds an authorization code can be exchanged after consent.',
    'RFC 6749 4.1.2 recommends at most ten minutes; the lifetime at Keap is not published',
  ),
  codeReuseRevokes: flag(
    false,
    'Whether presenting a code for the second time revokes what was granted for it.',
    'RFC 6749 4.1.2 says SHOULD; what Keap does is not published',
  ),
  accessTokenTtlMs: amount(
    86_400_000,
    'Milliseconds an access token of the provider lives.',
    'Keap staff: 24 hours',
  ),
  refreshTokenTtlMs: amount(
    3_888_000_000,
    'Milliseconds a refresh token of the provider lives.',
    'Keap staff: 45 days',
  ),
  providerAvailable: flag(
    true,
    'Whether the provider answers the platform. Otherwise exchange and hub calls end in 502.',
    assumed,
  ),
  encryptedKeyCheckedOnCreate: flag(
    false,
    'Whether a wrong encrypted key fails the create. Otherwise only hub calls fail.',
    assumed,
  ),
  serverAndKeyRequired: flag(
    true,
    'Whether `infusionsoft.server` and `infusionsoft.private.key` are required by infusionsoftcrm.',
    'The setup and authenticate pages ask for both; the flag itself is an assumption',
  ),
  externalAuthentication: choice(
    ['accepted', 'refused'],
    'accepted',
    'Whether an instance can be made from a refresh token with `externalAuthentication: initial`.',
    'Cloud Elements page on provisioning with an existing refresh token',
  ),
  refreshTokenChecked: choice(
    ['first-call', 'create'],
    'first-call',
    'When a refresh token given at creation is first used at the provider.',
    'The same page: the platform refreshes later',
  ),
  createEchoesProviderData: flag(
    false,
    'Whether the answer to a create shows `providerData` again. Never on PUT and PATCH.',
    'Sometimes: infusionsoft-rest sample of the Cloud Elements developer portal',
  ),
  createShowsConfiguration: flag(
    true,
    'Whether the answer to a create shows the configuration, or `{}`.',
    `${churros} read it; the infusionsoftcrm sample of the developer portal has {}`,
  ),
  maskedKeys: choice(
    ['oauth', 'oauth-and-key', 'all-secrets'],
    'oauth',
    'What is shown as `********`: the client id and secret; these and the encrypted key; or also the tokens of the provider.',
    `${churros}: both OAuth keys; the rest is not known`,
  ),
  maskedValueSentBack: choice(
    ['stored', 'ignored'],
    'stored',
    'What `********` in a request does: it is stored as the value, which breaks the instance, or it is skipped.',
    assumed,
  ),
  putConfiguration: choice(
    ['replaced', 'merged'],
    'replaced',
    'What PUT does with the configuration it carries. A PUT without one keeps it either way.',
    'Instance APIs page: PUT replaces; its own sample sends only name and tags',
  ),
  tokenRotatesOnReauthorization: flag(
    false,
    'Whether a re-authorization gives the instance a new token. The old one answers 401 then.',
    'Assumption: stable, as over PATCH',
  ),
  reauthorizationEnables: flag(
    false,
    'Whether a re-authorization also enables an instance that the platform disabled.',
    'Help page on automatic disabling: re-enable and re-authenticate',
  ),
  refreshAttempts: amount(
    5,
    'Failed token refreshes after which the platform disables the instance.',
    'Help page on automatic disabling: 5',
  ),
  credentialsUsedOnEveryCall: flag(
    true,
    'Whether each hub call proves that client id and client secret still work, instead of the next token refresh only.',
    'Assumption that makes a client error show at once',
  ),
  listLagMs: amount(
    0,
    'Milliseconds until lists and searches show a created instance. A read by id shows it at once.',
    assumed,
  ),
  listStaleMs: amount(
    0,
    'Milliseconds by which lists and searches are behind: they show what there was so long ago, creations, changes and deletions alike. A read by id is current. Counts from the moment it is set.',
    assumed,
  ),
  listDeleteLagMs: amount(0, 'Milliseconds for which lists still show a deleted instance.', assumed),
  noMatch: choice(
    ['not-found', 'empty-list'],
    'not-found',
    'Answer to a search without a hit: 404, or 200 with `[]`.',
    `${churros}: 404`,
  ),
  emptyAccount: choice(
    ['not-found', 'empty-list'],
    'not-found',
    'Answer to a list without filter in an account that has no instance.',
    'Assumption: as a search',
  ),
  tagsMatch: choice(
    ['all', 'any'],
    'all',
    'Whether several `tags[]` must all be on an instance, or one of them.',
    assumed,
  ),
  pageCap: amount(
    200,
    'Most instances in one answer, whatever `pageSize` asks for.',
    `${swagger}: default and most 200`,
  ),
  oversizedPage: choice(
    ['refused', 'capped'],
    'refused',
    'Answer to a `pageSize` beyond 200: 400, or 200 instances.',
    assumed,
  ),
  tagsWithoutHydrate: flag(
    false,
    'Whether a list without `hydrate=true` shows tags.',
    `${swagger}: it does not; ${churros} of 2018 saw them`,
  ),
  listValid: choice(
    ['always', 'actual'],
    'always',
    'Whether a list says `valid: true` of every instance.',
    'Instance APIs page: the same instance is valid in the list and not in the read',
  ),
  listWithElementToken: choice(
    ['list', 'instance'],
    'list',
    'What `GET /instances` answers when the header names an instance token.',
    `${swagger} says the list; the help page on revoking tokens reads the instance`,
  ),
  enabledAnswersInstance: flag(
    false,
    'Whether PUT and DELETE of `/enabled` answer the instance instead of an empty body.',
    assumed,
  ),
  pingSupported: flag(
    true,
    'Whether the connectors have a ping. Otherwise 404, and `/contacts?pageSize=1` is what is left.',
    'Not known of infusionsoftcrm; infusionsoftmarketing has one',
  ),
  oauthUrlByPost: flag(
    true,
    'Whether the authorize URL can be asked for by POST. Otherwise 405.',
    'Platform SDK generated by Cloud Elements (ce-sdkifier)',
  ),
  elementsNeedAuthorization: flag(
    false,
    'Whether `/elements` asks for credentials.',
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

/** All knobs at their initial values, but for `overrides`. */
export function createKnobs(overrides: Partial<Knobs> = {}): Knobs {
  return { ...initialKnobs, ...overrides };
}

/** Sets one knob from data of unknown origin; the returned text says why it could not. */
export function setKnob(knobs: Knobs, name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(knobTable, name)) {
    return `There is no knob "${name}".`;
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
