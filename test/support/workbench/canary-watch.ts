import { z } from 'zod';
import type { ControlPlane } from '../controlplane/control-plane.ts';
import { findAll } from './find-all.ts';
import { eachLine } from './lines.ts';

const secretEvent = z.object({
  object: z.object({
    kind: z.string(),
    metadata: z.object({ name: z.string().default(''), namespace: z.string().default('') }),
    data: z.record(z.string(), z.string()).default({}),
  }),
});

/** Keys with values that are not secret. */
export const PUBLIC_KEYS = new Set([
  'type',
  'provider',
  'uri',
  'host',
  'element',
  'client_id',
  'baseUrl',
  'organizationId',
]);
/** Shorter values occur in ordinary words. */
export const SHORTEST = 10;

/** Records every value of every Secret of a suite, and searches for them in all output. */
export interface CanaryWatch {
  /** A namespace of this suite. */
  mine(namespace: string): void;
  /** Output of an operator to search at the end; the array may still grow. */
  output(lines: readonly string[]): void;
  /** Throws if a value of a Secret is in a log line, an event or a status. Returns the number of values. */
  check(): Promise<number>;
}

/** Watches all Secrets of `plane` from now on. */
export async function watchCanaries(plane: ControlPlane): Promise<CanaryWatch> {
  const namespaces = new Set<string>();
  const seen = new Map<string, { readonly namespace: string; readonly where: string }>();
  const outputs: (readonly string[])[] = [];
  const look = (line: string): void => {
    const { object } = secretEvent.parse(JSON.parse(line));
    const { name, namespace } = object.metadata;
    for (const [key, encoded] of Object.entries(object.data).filter(([key]) => !PUBLIC_KEYS.has(key))) {
      for (const value of [encoded, Buffer.from(encoded, 'base64').toString('utf8').trim()]) {
        if (value.length >= SHORTEST) {
          seen.set(value, { namespace, where: `${namespace}/${name} ${key}` });
        }
      }
    }
  };
  const stream = await plane.rest.stream('/api/v1/secrets?watch=true');
  eachLine(stream, look);

  const shown = async (): Promise<string> => {
    const paths = [...namespaces].flatMap((namespace) => [
      `/api/v1/namespaces/${namespace}/events`,
      `/apis/openconnectors.dev/v1beta1/namespaces/${namespace}/infusionsoftconnectors`,
      `/apis/openconnectors.dev/v1beta1/namespaces/${namespace}/openconnectorsaccounts`,
    ]);
    const answers = await Promise.all(paths.map((path) => plane.rest.request('GET', path)));
    return answers.map(({ body }) => JSON.stringify(body)).join('\n');
  };
  return {
    mine: (namespace) => void namespaces.add(namespace),
    output: (lines) => void outputs.push(lines),
    async check() {
      const text = [await shown(), ...outputs.map((lines) => lines.join('\n'))].join('\n');
      stream.destroy();
      const canaries = [...seen].filter(([, { namespace }]) => namespaces.has(namespace));
      const leaked = [
        ...findAll(
          canaries.map(([value]) => value),
          text,
        ),
      ].map((value) => seen.get(value)?.where);
      if (leaked.length > 0) {
        throw new Error(`values of Secrets came out: ${leaked.join(', ')}`);
      }
      return canaries.length;
    },
  };
}
