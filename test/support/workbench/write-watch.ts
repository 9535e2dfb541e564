import { z } from 'zod';
import { API_VERSION } from '../../../src/api/group.ts';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { poll } from '../controlplane/poll.ts';
import { eachLine } from './lines.ts';

const list = z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(z.unknown()) });
const object = z.looseObject({
  metadata: z.object({ name: z.string() }),
  status: z.unknown(),
});
const event = z.object({ type: z.string(), object });

/** The writes of the connectors of a namespace since the start of the watch, whoever made them. */
export interface WriteWatch {
  /** Number of writes that changed the status, by name; without connectors whose status nobody wrote. */
  statusWrites(): Readonly<Record<string, number>>;
  /** Number of all writes. */
  count(): number;
  stop(): void;
}

/** Watches the connectors of a namespace. The server sends every write, in order. */
export async function watchWrites(plane: ControlPlane, namespace: string): Promise<WriteWatch> {
  const path = `/apis/${API_VERSION}/namespaces/${namespace}/infusionsoftconnectors`;
  const { metadata, items } = list.parse(await listed(plane, path));
  const statuses = new Map(
    items.map((item) => object.parse(item)).map((one) => [one.metadata.name, JSON.stringify(one.status)]),
  );
  const writes = new Map<string, number>();
  let count = 0;
  const stream = await plane.rest.stream(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`);
  eachLine(stream, (line) => {
    const { type, object: written } = event.parse(JSON.parse(line));
    if (type === 'BOOKMARK') {
      return;
    }
    count += 1;
    const { name } = written.metadata;
    const status = JSON.stringify(written.status);
    if (status !== statuses.get(name)) {
      statuses.set(name, status);
      writes.set(name, (writes.get(name) ?? 0) + 1);
    }
  });
  return {
    statusWrites: () => Object.fromEntries([...writes].toSorted(([a], [b]) => a.localeCompare(b))),
    count: () => count,
    stop: () => void stream.destroy(),
  };
}

/** A server refuses requests for a moment while a CRD is being updated. */
function listed(plane: ControlPlane, path: string): Promise<unknown> {
  return poll(
    async () => {
      const { status, body } = await plane.rest.request('GET', path);
      return status === 200 ? body : undefined;
    },
    30_000,
    () => `${path} cannot be listed`,
  );
}
