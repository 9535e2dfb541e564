import * as z from 'zod';
import type { FaultMatch } from './faults.ts';
import { setKnob } from './knobs.ts';
import { OUTAGE_ANSWERS } from './outages.ts';
import type { Simulation } from './simulation.ts';
import { type Answer, empty, escapeHtml, html, json, type WireRequest } from './wire.ts';

/** Prefix of the control interface of a running simulator. It is outside the prefix of the API. */
export const adminPrefix = '/_simulator';

const when = z.enum(['before', 'after']).exactOptional();
const seconds = z.number().min(0);
const moment = {
  when: z.enum(['before', 'after', 'later']).exactOptional(),
  commitAfterMs: z.number().min(0).exactOptional(),
};

const faultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('throttle'),
    origin: z.enum(['platform', 'provider']).exactOptional(),
    spendsCode: z.boolean().exactOptional(),
    retryAfterSeconds: seconds.exactOptional(),
    retryAfterForm: z.enum(['seconds', 'date']).exactOptional(),
  }),
  z.object({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    message: z.string().exactOptional(),
    providerMessage: z.string().exactOptional(),
    ...moment,
  }),
  z.object({ kind: z.literal('slow'), delayMs: z.number().min(0), when }),
  z.object({ kind: z.literal('late-commit'), delayMs: z.number().min(0).exactOptional() }),
  z.object({ kind: z.literal('reset'), ...moment }),
  z.object({ kind: z.literal('hang'), ...moment }),
  z.object({
    kind: z.literal('gateway-page'),
    status: z.number().int().min(200).max(599).exactOptional(),
    ...moment,
  }),
  z.object({
    kind: z.literal('gateway-json'),
    status: z.number().int().min(200).max(599).exactOptional(),
    message: z.string().exactOptional(),
    ...moment,
  }),
  z.object({ kind: z.literal('garbage'), body: z.string().exactOptional(), ...moment }),
  z.object({ kind: z.literal('redirect'), location: z.string().exactOptional(), ...moment }),
  z.object({ kind: z.literal('half'), end: z.enum(['reset', 'hang']).exactOptional() }),
  z.object({ kind: z.literal('oversized'), bytes: z.number().int().min(0) }),
]);

const matchSchema = z.object({
  method: z.string().exactOptional(),
  path: z.string().exactOptional(),
  /** A regular expression, as JSON has none. */
  pathPattern: z.string().exactOptional(),
  operation: z.string().exactOptional(),
  nextPage: z.boolean().exactOptional(),
  nth: z.number().int().min(1).exactOptional(),
});

const injectionSchema = z.object({
  match: matchSchema.exactOptional(),
  times: z.number().int().min(1).exactOptional(),
  fault: faultSchema,
});

const randomSchema = z.object({
  seed: z.number().int(),
  match: matchSchema.exactOptional(),
  mix: z.array(z.object({ rate: z.number().min(0).max(1), fault: faultSchema })),
});

const knobsSchema = z.record(z.string(), z.unknown());
const configuration = z.record(z.string(), z.nullable(z.string()));
const editSchema = z.strictObject({
  name: z.string().exactOptional(),
  tags: z.array(z.string()).exactOptional(),
  configuration: configuration.exactOptional(),
  disabled: z.boolean().exactOptional(),
});
const addSchema = z.strictObject({
  ...editSchema.shape,
  connector: z.enum(['infusionsoftcrm', 'infusionsoftrest']).exactOptional(),
  createdAt: z.number().exactOptional(),
});
const copySchema = z.strictObject({ createdAt: z.number().exactOptional() });
const refreshSchema = z.strictObject({ revokes: z.boolean().exactOptional() });
const outageSchema = z.strictObject({
  answer: z.enum(OUTAGE_ANSWERS),
  connector: z.enum(['infusionsoftcrm', 'infusionsoftrest']).exactOptional(),
  forMs: z.number().min(0).exactOptional(),
  failsRefresh: z.boolean().exactOptional(),
});
const codeSchema = z.object({ callbackUrl: z.string(), clientId: z.string().exactOptional() });

type Parameters = { readonly id: number; readonly body: string };
type Operation = (simulation: Simulation, parameters: Parameters) => Answer;

const problem = (status: number, text: string): Answer => json(status, { error: text });

function matchOf({ pathPattern, ...match }: z.infer<typeof matchSchema>): FaultMatch {
  return pathPattern === undefined ? match : { ...match, path: new RegExp(pathPattern) };
}

const withMatch = <T extends { match?: z.infer<typeof matchSchema> }>({ match, ...rest }: T) => ({
  ...rest,
  ...(match === undefined ? {} : { match: matchOf(match) }),
});

const read = <T>(schema: z.ZodType<T>, { body }: Parameters): T => schema.parse(JSON.parse(body));

function changeKnobs(simulation: Simulation, parameters: Parameters): Answer {
  const changes = Object.entries(read(knobsSchema, parameters));
  const refused = changes.map(([name, value]) => setKnob(simulation.knobs, name, value)).find((text) => text);
  return refused === undefined ? json(200, simulation.knobs) : problem(400, refused);
}

/** Instances without secrets. */
const listed = (simulation: Simulation): Answer =>
  json(
    200,
    simulation.instances().map(({ id, name, connector, tags, disabled, works }) => ({
      id,
      name,
      connector,
      tags,
      disabled,
      works,
    })),
  );

const done =
  (action: (simulation: Simulation, parameters: Parameters) => unknown): Operation =>
  (simulation, parameters) => {
    action(simulation, parameters);
    return empty();
  };

/** Method and path below the prefix; `#` stands for an instance id. */
const operations: Readonly<Record<string, Operation>> = {
  'GET /knobs': ({ knobs }) => json(200, knobs),
  'PATCH /knobs': changeKnobs,
  'POST /faults': done(({ faults }, parameters) =>
    faults.inject(withMatch(read(injectionSchema, parameters))),
  ),
  'POST /faults/random': done(({ faults }, parameters) =>
    faults.random(withMatch(read(randomSchema, parameters))),
  ),
  'DELETE /faults': done(({ faults }) => faults.clear()),
  'GET /ledger': ({ ledger }) => json(200, ledger.entries()),
  'DELETE /ledger': done(({ ledger }) => ledger.reset()),
  'GET /instances': listed,
  'POST /instances': (simulation, parameters) =>
    json(200, { id: simulation.addInstance(read(addSchema, parameters)).id }),
  'PATCH /instances/#': done((simulation, parameters) =>
    simulation.editInstance(parameters.id, read(editSchema, parameters)),
  ),
  'DELETE /instances/#': done((simulation, { id }) => simulation.deleteInstance(id)),
  'POST /instances/#/copy': (simulation, parameters) =>
    json(200, { id: simulation.copyInstance(parameters.id, read(copySchema, parameters)).id }),
  'POST /instances/#/fail-token-refresh': done((simulation, parameters) =>
    simulation.failTokenRefresh(parameters.id, read(refreshSchema, parameters)),
  ),
  'POST /instances/#/revoke-grant': done((simulation, { id }) => simulation.revokeGrant(id)),
  'POST /outage': done((simulation, parameters) => simulation.startOutage(read(outageSchema, parameters))),
  'DELETE /outage': done((simulation) => simulation.endOutage()),
  'POST /user-secret': (simulation) => json(200, simulation.rotateUserSecret()),
  'POST /codes': (simulation, parameters) =>
    json(200, { code: simulation.issueCode(read(codeSchema, parameters)) }),
};

/** All operations, for the help text and the README. */
export const adminOperations: readonly string[] = Object.keys(operations);

/** A callback URL without a client: shows the parameters of the redirect. */
function callbackPage(query: URLSearchParams): Answer {
  const rows = [...query].map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd><code>${escapeHtml(value)}</code></dd>`,
  );
  return html(200, 'Returned from the provider', `<dl>${rows.join('')}</dl>`);
}

/** Handles a request below `adminPrefix`. Writes need JSON or a method with a CORS preflight, so web pages cannot send them. */
export function handleAdmin(simulation: Simulation, { method, target, headers, body }: WireRequest): Answer {
  const { pathname, searchParams } = new URL(target, 'https://localhost');
  const path = pathname.slice(adminPrefix.length);
  if (method === 'GET' && path === '/callback') {
    return callbackPage(searchParams);
  }
  const [, id = '0'] = /^\/instances\/(\d+)/.exec(path) ?? [];
  const operation = operations[`${method} ${path.replace(/^\/instances\/\d+/, '/instances/#')}`];
  if (operation === undefined) {
    return problem(404, `Known: ${adminOperations.join(', ')}`);
  }
  if (method === 'POST' && !headers['content-type']?.startsWith('application/json')) {
    return problem(415, 'Send JSON');
  }
  try {
    return operation(simulation, { id: Number(id), body });
  } catch (error) {
    return problem(400, error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
}
