import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { poll } from './poll.ts';
import type { Rest } from './rest.ts';

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const establishTimeoutMs = 60_000;

const manifest = z.looseObject({
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })).min(1),
  }),
});
export type Manifest = z.infer<typeof manifest>;

const stored = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

const condition = z.object({ type: z.string(), status: z.string(), message: z.string().optional() });

/** A condition of a CRD. */
export type CrdCondition = z.infer<typeof condition>;

const withConditions = z.object({
  status: z.object({ conditions: z.array(condition).nullish() }).optional(),
});

/** The CRDs in the YAML files of `folder`, in the order of their names. */
export async function readCrds(folder: string): Promise<readonly Manifest[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.map((text) => manifest.parse(parse(text)));
}

/**
 * Creates or replaces CRDs by plain requests, for which a server drops unknown fields (kubectl would refuse them), and
 * waits until each is established and served. Returns the conditions by CRD name.
 */
export async function installCrds(
  rest: Pick<Rest, 'request'>,
  crds: readonly Manifest[],
): Promise<ReadonlyMap<string, readonly CrdCondition[]>> {
  const results = await Promise.all(
    crds.map(async (crd) => {
      await createOrReplace(rest, crd);
      return [crd.metadata.name, await established(rest, crd)] as const;
    }),
  );
  return new Map(results);
}

async function createOrReplace(rest: Pick<Rest, 'request'>, crd: Manifest): Promise<void> {
  const path = `${collection}/${crd.metadata.name}`;
  await poll(
    async () => {
      const created = await rest.request('POST', collection, crd);
      if (created.status === 201) {
        return true;
      }
      if (created.status !== 409) {
        throw new Error(`Creating ${crd.metadata.name} was refused: ${JSON.stringify(created.body)}`);
      }
      const { metadata } = stored.parse((await rest.request('GET', path)).body);
      const replacement = {
        ...crd,
        metadata: { ...crd.metadata, resourceVersion: metadata.resourceVersion },
      };
      const replaced = await rest.request('PUT', path, replacement);
      // Another suite may have created it, or the server has just written a condition.
      return replaced.status === 200 ? true : undefined;
    },
    establishTimeoutMs,
    () => `${crd.metadata.name} could be neither created nor replaced`,
  );
}

async function established(rest: Pick<Rest, 'request'>, crd: Manifest): Promise<readonly CrdCondition[]> {
  const { group, names, versions } = crd.spec;
  const served = versions.filter((version) => version.served);
  let last: readonly CrdCondition[] = [];
  return poll(
    async () => {
      const answer = await rest.request('GET', `${collection}/${crd.metadata.name}`);
      last = withConditions.parse(answer.body).status?.conditions ?? [];
      const ready = last.some(({ type, status }) => type === 'Established' && status === 'True');
      if (!ready) {
        return undefined;
      }
      // The routes appear a moment after the condition.
      const lists = await Promise.all(
        served.map((version) =>
          rest.request('GET', `/apis/${group}/${version.name}/${names.plural}?limit=1`),
        ),
      );
      return lists.every((list) => list.status === 200) ? last : undefined;
    },
    establishTimeoutMs,
    () => `${crd.metadata.name} was not established: ${JSON.stringify(last)}`,
  );
}

/** The CRDs for a server without CEL: without `x-kubernetes-validations` and other fields that it drops. */
export function withoutRules(crds: readonly Manifest[]): readonly Manifest[] {
  return crds.map((crd) =>
    manifest.parse(
      JSON.parse(
        JSON.stringify(crd, (key, value) => (key === 'x-kubernetes-validations' ? undefined : value)),
      ),
    ),
  );
}
