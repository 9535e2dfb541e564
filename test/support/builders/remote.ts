import { RemoteError } from '../../../src/openconnectors/errors/remote-error.ts';
import type {
  Instance,
  InstanceBody,
  InstancePatch,
  OpenConnectors,
  Turn,
} from '../../../src/openconnectors/port.ts';

type Operation = Exclude<keyof OpenConnectors, 'reserve'>;

/** One call of the remote API: which one, and with what, without the signal. */
export type RemoteCall = readonly [operation: Operation, ...values: readonly unknown[]];

/** The turn of a remote API without limits. */
const TURN: Turn = { run: (call) => call(), release: () => undefined };

/** What a fake does for one operation; `values` are the call's arguments without the signal. */
export type Answers = { readonly [Name in Operation]?: (...values: never[]) => unknown };

/** A remote API that records its calls. */
export interface FakeRemote {
  readonly calls: RemoteCall[];
  readonly api: OpenConnectors;
}

/** An `OpenConnectors` that gives `answers` (a value, or what is thrown) and fails on every call that none is for. */
export function fakeRemote(answers: Answers = {}, reserve?: () => Turn | undefined): FakeRemote {
  const calls: RemoteCall[] = [];
  const answer =
    (name: Operation) =>
    async (...values: unknown[]): Promise<never> => {
      const given = values.filter((value) => !(value instanceof AbortSignal) && value !== TURN);
      calls.push([name, ...given]);
      const reply = answers[name];
      if (reply === undefined) {
        throw new Error(`unexpected call of ${name}(${JSON.stringify(given)})`);
      }
      return (await reply(...(given as never[]))) as never;
    };
  const api: OpenConnectors = {
    reserve: async () => reserve?.() ?? TURN,
    organization: answer('organization'),
    authorizeUrl: answer('authorizeUrl'),
    createInstance: answer('createInstance'),
    readElement: answer('readElement'),
    readInstance: answer('readInstance'),
    listInstancesByTag: answer('listInstancesByTag'),
    listAllInstances: answer('listAllInstances'),
    patchInstance: answer('patchInstance'),
    reauthorizeInstance: answer('reauthorizeInstance'),
    setInstanceEnabled: answer('setInstanceEnabled'),
    deleteInstance: answer('deleteInstance'),
    pingInstance: answer('pingInstance'),
  };
  return { calls, api };
}

const notFound = (): never => {
  throw new RemoteError('not-found', 'Open Connectors did not find the object (HTTP 404)', {
    status: 404,
  });
};

/** Answers of a remote side that keeps instances and does what it is asked. `overrides` stand in for single ones. */
export function workingRemote(instances: Map<number, Instance>, overrides: Answers = {}): Answers {
  let next = 1_000;
  const found = (id: number): Instance => instances.get(id) ?? notFound();
  const made = (id: number, body: InstanceBody): Instance => ({
    id,
    name: body.name,
    element: body.element,
    tags: body.tags,
    disabled: false,
    createdAt: '2026-03-01T12:00:00Z',
    token: `token-of-${id}`,
    configuration: Object.fromEntries(
      Object.entries(body.configuration).map(([key, value]) => [
        key,
        /secret|private/.test(key) ? '********' : value,
      ]),
    ),
  });
  const keep = (instance: Instance): Instance => {
    instances.set(instance.id, instance);
    return instance;
  };
  return {
    organization: () => ({ id: '5211', name: 'Acme' }),
    createInstance: (body: InstanceBody) => keep(made(next++, body)),
    readElement: () => new Map(),
    readInstance: (id: number) => found(id),
    listInstancesByTag: (tag: string) => [...instances.values()].filter(({ tags }) => tags?.includes(tag)),
    patchInstance: (id: number, { configuration, ...patch }: InstancePatch) => {
      const before = found(id);
      return keep({
        ...before,
        ...patch,
        configuration: { ...before.configuration, ...configuration },
      });
    },
    reauthorizeInstance: (id: number, body: InstanceBody) => keep({ ...found(id), ...made(id, body) }),
    setInstanceEnabled: (id: number, enabled: boolean) => void keep({ ...found(id), disabled: !enabled }),
    deleteInstance: (id: number) => void instances.delete(found(id).id),
    pingInstance: () => 'answered',
    ...overrides,
  };
}
