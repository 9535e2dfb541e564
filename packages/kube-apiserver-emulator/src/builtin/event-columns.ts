import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import { age } from '../render/age.ts';
import type { Column } from '../resource-type.ts';

/** The table of events, the same for both versions; `toStored` gives the fields their names of `v1`. */
export function eventColumns(toStored: (event: KubeObject) => Record<string, unknown>): readonly Column[] {
  const lastSeen = (event: KubeObject): unknown => {
    const stored = toStored(event);
    const series = objectOf(stored['series'])['lastObservedTime'];
    return series ?? stored['lastTimestamp'] ?? stored['firstTimestamp'] ?? stored['eventTime'];
  };
  const read =
    (pick: (stored: Record<string, unknown>) => unknown): Column['cell'] =>
    (event) =>
      pick(toStored(event)) ?? '';
  return [
    { name: 'Last Seen', type: 'string', cell: (event, nowMs) => age(lastSeen(event), nowMs) },
    { name: 'Type', type: 'string', cell: read((stored) => stored['type']) },
    { name: 'Reason', type: 'string', cell: read((stored) => stored['reason']) },
    {
      name: 'Object',
      type: 'string',
      cell: read((stored) => {
        const involved = objectOf(stored['involvedObject']);
        return `${stringOf(involved['kind']).toLowerCase()}/${stringOf(involved['name'])}`;
      }),
    },
    {
      name: 'Subobject',
      type: 'string',
      priority: 1,
      cell: read((stored) => objectOf(stored['involvedObject'])['fieldPath']),
    },
    {
      name: 'Source',
      type: 'string',
      priority: 1,
      cell: read((stored) => {
        const { component, host } = objectOf(stored['source']);
        const reporter = stringOf(component) || stringOf(stored['reportingComponent']);
        const place = stringOf(host) || stringOf(stored['reportingInstance']);
        return [reporter, place].filter((part) => part !== '').join(', ');
      }),
    },
    { name: 'Message', type: 'string', cell: read((stored) => stringOf(stored['message']).trim()) },
    {
      name: 'First Seen',
      type: 'string',
      priority: 1,
      cell: (event, nowMs) => {
        const stored = toStored(event);
        return age(stored['firstTimestamp'] ?? stored['eventTime'], nowMs);
      },
    },
    {
      name: 'Count',
      type: 'string',
      priority: 1,
      cell: read((stored) => objectOf(stored['series'])['count'] ?? (stored['count'] || 1)),
    },
    { name: 'Name', type: 'string', format: 'name', priority: 1, cell: (event) => event.metadata.name },
  ];
}
