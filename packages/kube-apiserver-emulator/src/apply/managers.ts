import type { JsonObject, ManagedFieldsEntry } from '../objects.ts';
import { FieldSet, fieldStep } from './field-set.ts';

/** A parsed entry of `managedFields`: manager, operation and fields. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for writes to the object itself. */
  readonly subresource: string;
  /** RFC 3339; absent if unknown. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Managers by their key. */
export type Managers = ReadonlyMap<string, Manager>;

/** Fields without an owner: those that identify an object, and those that only the server sets. */
const unowned = FieldSet.of(['apiVersion', 'kind', 'metadata'].map(fieldStep), [
  [
    fieldStep('metadata'),
    FieldSet.of(
      [
        'name',
        'namespace',
        'creationTimestamp',
        'selfLink',
        'uid',
        'clusterName',
        'generation',
        'managedFields',
        'resourceVersion',
      ].map(fieldStep),
    ),
  ],
]);

/** Entries with the same key are the same manager. For an apply the version is not part of the key. */
export function managerKey(
  one: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>,
): string {
  const { manager, operation, apiVersion, subresource } = one;
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/** Reads `managedFields`; `undefined` if they are absent or invalid. */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const manager = readManager(entry);
    if (manager === undefined) {
      return undefined;
    }
    managers.set(managerKey(manager), manager);
  }
  return managers.size === 0 ? undefined : managers;
}

function readManager(entry: ManagedFieldsEntry): Manager | undefined {
  const { operation } = entry;
  if ((operation !== 'Apply' && operation !== 'Update') || entry.fieldsType !== 'FieldsV1') {
    return undefined;
  }
  try {
    return {
      manager: entry.manager ?? '',
      operation,
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
      time: entry.time,
      fields: FieldSet.decode(entry.fieldsV1 ?? {}),
    };
  } catch (error) {
    if (error instanceof Error) {
      return undefined; // Servers go on with what they know themselves.
    }
    throw error;
  }
}

/** As `metadata.managedFields` has them: those who apply first, then by time and name; `undefined` where nobody owns anything. */
export function writeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  const owners = [...managers.values()]
    .map((one) => ({ ...one, fields: one.fields.difference(unowned) }))
    .filter(({ fields }) => !fields.isEmpty)
    .sort((a, b) => compareTexts(orderOf(a), orderOf(b)));
  return owners.length === 0 ? undefined : owners.map(writeManager);
}

function writeManager({
  manager,
  operation,
  apiVersion,
  subresource,
  time,
  fields,
}: Manager): ManagedFieldsEntry {
  const fieldsV1: JsonObject = fields.encode();
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? {} : { subresource }),
  };
}

function orderOf({ operation, time = '', manager, apiVersion, subresource }: Manager): readonly string[] {
  return [operation, time, manager, apiVersion, subresource];
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((text, at) => text !== b[at]);
  return index < 0 ? 0 : (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}

/** True if both are equal except for times. */
export function sameOwners(
  a: readonly ManagedFieldsEntry[] | undefined,
  b: readonly ManagedFieldsEntry[] | undefined,
): boolean {
  const withoutTimes = (entries: readonly ManagedFieldsEntry[] = []): string =>
    JSON.stringify(
      entries.map(({ time: _time, ...rest }) => ({ ...rest, fieldsV1: textOf(rest.fieldsV1) })).sort(byText),
    );
  return withoutTimes(a) === withoutTimes(b);
}

function textOf(fields: unknown): string {
  try {
    return JSON.stringify(FieldSet.decode(fields ?? {}).encode());
  } catch (error) {
    return error instanceof Error ? JSON.stringify(fields) : '';
  }
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
