import { isJsonObject, type JsonObject, type KubeObject, withMeta } from '../objects.ts';
import { compare } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { fieldsOf } from './fields-of.ts';
import type { Shape } from './shape.ts';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
/** Only kubectl writes the annotation. */
const kubectl = 'kubectl';

/**
 * Fields that kubectl may take over without force, because it was kubectl that applied them from the client's side: those
 * of the annotation that the live object still has as they were.
 */
export function takenOver(shape: Shape, live: KubeObject, manager: string): FieldSet {
  const last = manager === kubectl ? lastApplied(live) : undefined;
  if (last === undefined) {
    return FieldSet.empty;
  }
  const { added, modified, removed } = compare(shape, last, live);
  return fieldsOf(shape, last).difference(modified).difference(added).difference(removed);
}

/** The object with the annotation brought up to date, where it has one, so that either way of applying can follow. */
export function withLastApplied(object: KubeObject, manager: string, configuration: JsonObject): KubeObject {
  const { annotations = {} } = object.metadata;
  return manager === kubectl && annotations[annotation] !== undefined
    ? withMeta(object, {
        annotations: { ...annotations, [annotation]: `${JSON.stringify(configuration)}\n` },
      })
    : object;
}

function lastApplied(live: KubeObject): JsonObject | undefined {
  const text = live.metadata.annotations?.[annotation] ?? '';
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined; // Anybody may write annotations.
    }
    throw error;
  }
}
