import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'samples');

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/** A Kubernetes object of a sample. */
export type Manifest = z.infer<typeof manifest>;

/** Values for the placeholders of the samples. The keys are their texts, such as `<user secret …>`. */
export type Values = ReadonlyMap<string, string>;

const placeholder = /^<.+>$/;

/**
 * The objects of `deploy/samples/<file>` with values, without the lines that match `without`. Fails if a placeholder has
 * no value.
 */
export async function readSample(
  file: string,
  values: Values,
  without?: RegExp,
): Promise<readonly Manifest[]> {
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n');
  const text = lines.filter((line) => without?.test(line) !== true).join('\n');
  return readManifests(text).map((object) => manifest.parse(fill(object, values, file)));
}

/** The Kubernetes objects of a YAML text. */
export function readManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).map((document) => manifest.parse(document.toJS()));
}

function fill(value: unknown, values: Values, file: string): unknown {
  if (typeof value === 'string') {
    const filled = values.get(value);
    if (filled === undefined && placeholder.test(value)) {
      throw new Error(`${file} holds ${value}, and there is no value for it`);
    }
    return filled ?? value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => fill(item, values, file));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, values, file)]));
  }
  return value;
}
