import { isRecord } from '../kube/client/object.ts';

/** Labels and annotations of an object. */
export interface TextMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The labels and annotations that the operator sets on a Secret, and those among them that may be removed again. */
export interface ManagedMetadata extends TextMetadata {
  /** Keys that come from the spec; recorded on the Secret, so that they are removed when the spec has them no more. */
  readonly removable: { readonly labels: readonly string[]; readonly annotations: readonly string[] };
}

/** On a Secret of the operator: the keys of its labels and annotations that come from the spec, as JSON. */
export const MANAGED_METADATA_ANNOTATION = 'openconnectors.dev/managed-metadata';

/** `managed` as the Secret has it, with the record of the keys that may be removed again. */
export function withRecord({ labels, annotations, removable }: ManagedMetadata): TextMetadata {
  const keys = { labels: [...removable.labels].sort(), annotations: [...removable.annotations].sort() };
  const isEmpty = keys.labels.length === 0 && keys.annotations.length === 0;
  return {
    labels,
    annotations: isEmpty
      ? annotations
      : { ...annotations, [MANAGED_METADATA_ANNOTATION]: JSON.stringify(keys) },
  };
}

/** All labels and annotations of a Secret after an update: what others added stays, what the spec dropped goes. */
export function mergedMetadata(current: TextMetadata, managed: ManagedMetadata): TextMetadata {
  const next = withRecord(managed);
  const old = recordedKeys(current);
  return {
    labels: { ...without(current.labels, old.labels), ...next.labels },
    annotations: { ...without(current.annotations, old.annotations), ...next.annotations },
  };
}

/** The part of a Secret's labels and annotations that the operator is responsible for; equal to `withRecord` in sync. */
export function shownMetadata(current: TextMetadata, managed: ManagedMetadata): TextMetadata {
  const next = withRecord(managed);
  const old = recordedKeys(current);
  return {
    labels: only(current.labels, [...Object.keys(next.labels), ...old.labels]),
    annotations: only(current.annotations, [...Object.keys(next.annotations), ...old.annotations]),
  };
}

/** The keys that the Secret records as removable, with the record itself. Another form counts as none. */
function recordedKeys({ annotations }: TextMetadata): { labels: string[]; annotations: string[] } {
  const record = parseJson(annotations[MANAGED_METADATA_ANNOTATION] ?? '{}');
  return {
    labels: textsOf(record['labels']),
    annotations: [...textsOf(record['annotations']), MANAGED_METADATA_ANNOTATION],
  };
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {}; // Another client edited the record: nothing can be removed by it, and the update writes it again.
  }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function without(map: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function only(map: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));
}
