import { type Call, type Handler, instanceOf, userOf } from '../call.ts';
import { findElement } from '../catalog.ts';
import type { Context } from '../context.ts';
import { ApiError } from '../errors.ts';
import { asListed } from '../past.ts';
import type { AccountRecord, InstanceRecord } from '../state.ts';
import { instanceView } from '../view.ts';
import { type Answer, json } from '../wire.ts';

const largestPage = 200;

/** The instances that a list currently shows, by id. */
function shown(context: Context, account: AccountRecord): readonly InstanceRecord[] {
  const { state, clock, knobs } = context;
  const now = clock.now();
  const live = [...state.instances.values()].filter(
    (instance) =>
      instance.account === account &&
      now - instance.createdAt >= Math.max(knobs.listLagMs, knobs.listStaleMs),
  );
  for (const [id, { at }] of state.deleted) {
    if (now - at >= Math.max(knobs.listDeleteLagMs, knobs.listStaleMs)) {
      state.deleted.delete(id);
      state.past.delete(id);
    }
  }
  const gone = [...state.deleted.values()]
    .map(({ instance }) => instance)
    .filter((instance) => instance.account === account);
  const all = gone.length === 0 ? live : [...live, ...gone].sort((left, right) => left.id - right.id);
  return all.map((instance) => asListed(context, instance));
}

type Filter = (instance: InstanceRecord) => boolean;

function byTags({ query, context }: Call): Filter | undefined {
  const tags = query.getAll('tags[]');
  if (tags.length === 0) {
    return undefined;
  }
  return context.knobs.tagsMatch === 'all'
    ? (instance) => tags.every((tag) => instance.tags.includes(tag))
    : (instance) => tags.some((tag) => instance.tags.includes(tag));
}

/** `searchText` is part of the instance's name or of the connector's key. */
function bySearchText({ query }: Call): Filter | undefined {
  const text = query.get('searchText')?.toLowerCase();
  return text
    ? ({ name, element }) => name.toLowerCase().includes(text) || element.key.includes(text)
    : undefined;
}

function byElement({ parameters }: Call): Filter | undefined {
  const keyOrId = parameters['element'];
  if (keyOrId === undefined) {
    return undefined;
  }
  const element = findElement(keyOrId);
  if (element === undefined) {
    throw new ApiError(404, `No element found with key or ID ${keyOrId}`);
  }
  return (instance) => instance.element === element;
}

function pageSizeOf({ query, context }: Call): number {
  const asked = query.get('pageSize') ?? String(largestPage);
  const size = Number(asked);
  if (
    !Number.isSafeInteger(size) ||
    size < 1 ||
    (size > largestPage && context.knobs.oversizedPage === 'refused')
  ) {
    throw new ApiError(400, `The page size has to be a number from 1 to ${largestPage}`);
  }
  return Math.min(size, largestPage, context.knobs.pageCap);
}

const tokenAfter = (id: number): string => Buffer.from(`after:${id}`).toString('base64');

/** The id before the first one of the page, from an opaque token. */
function startOf({ query }: Call): number {
  const token = query.get('nextPage');
  if (token === null) {
    return 0;
  }
  const [, id] = /^after:(\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (id === undefined) {
    throw new ApiError(400, 'The next page token is not valid');
  }
  return Number(id);
}

function page(call: Call, hits: readonly InstanceRecord[], hydrate: boolean): Answer {
  const size = pageSizeOf(call);
  const start = startOf(call);
  const rest = hits.filter(({ id }) => id > start);
  const content = rest.slice(0, size);
  const last = content.at(-1);
  return json(
    200,
    content.map((instance) => instanceView(instance, hydrate ? 'hydrated-list' : 'list', call.context)),
    {
      'Elements-Returned-Count': String(content.length),
      'Elements-Total-Count': String(hits.length),
      ...(last !== undefined && rest.length > size
        ? { 'Elements-Next-Page-Token': tokenAfter(last.id) }
        : {}),
    },
  );
}

function list(call: Call, account: AccountRecord, hydrate: boolean): Answer {
  const { knobs } = call.context;
  const filters = [byTags(call), bySearchText(call), byElement(call)].filter(
    (filter) => filter !== undefined,
  );
  const hits = shown(call.context, account).filter((instance) => filters.every((filter) => filter(instance)));
  const whenNone = filters.length > 0 ? knobs.noMatch : knobs.emptyAccount;
  if (hits.length === 0 && whenNone === 'not-found') {
    throw new ApiError(404, 'No instances found');
  }
  return page(call, hits, hydrate);
}

/** `GET /instances` and `GET /elements/{keyOrId}/instances`. */
export const listInstances: Handler = (call) => {
  const { caller, context, query, parameters } = call;
  if (
    caller?.instance !== undefined &&
    parameters['element'] === undefined &&
    context.knobs.listWithElementToken === 'instance'
  ) {
    return json(200, instanceView(caller.instance, 'read', context));
  }
  return list(call, userOf(call).account, query.get('hydrate') === 'true');
};

/** `GET /accounts/instances` and `GET /accounts/{account}/instances`, always without tags and configuration. */
export const listAccountInstances: Handler = (call) => {
  const own = userOf(call).account;
  const wanted = call.parameters['account'];
  const account = wanted === undefined ? own : call.context.state.accounts.get(Number(wanted));
  if (account?.organization !== own.organization) {
    throw new ApiError(404, `No account found with ID ${wanted}`);
  }
  return list(call, account, false);
};

/** `GET /instances/{id}` and `GET /elements/{keyOrId}/instances/{id}`. */
export const readInstance: Handler = (call) =>
  json(200, instanceView(instanceOf(call), 'read', call.context));
