import type { OpenConnectorsAccount } from '../../api/account.ts';
import { alignIndented } from './table.ts';

/** The orphaned instances of an account, from its status. */
export function renderOrphans({ metadata, status }: OpenConnectorsAccount): string[] {
  const title = `Account ${metadata.name} in namespace ${metadata.namespace}`;
  const { managed, orphaned, orphans = [] } = status?.instances ?? {};
  if (managed === undefined && orphaned === undefined) {
    return [`${title}: instances not counted yet.`];
  }
  if (orphaned === undefined) {
    return [
      `${title}: orphans not counted. Only an operator that watches all namespaces without a label selector counts them.`,
    ];
  }
  const counts = `${title}: ${countOf(managed ?? 0)} managed, ${orphaned} orphaned`;
  return orphaned === 0 ? [`${counts}.`] : [`${counts}:`, ...listOf(orphans, orphaned)];
}

/** What to do about orphans; empty without any. */
export function adviceOnOrphans(accounts: readonly OpenConnectorsAccount[]): string[] {
  return accounts.some(({ status }) => (status?.instances?.orphaned ?? 0) > 0)
    ? [
        '',
        'An orphaned instance has the tags of this cluster but no resource. The operator never deletes it.',
        'To keep it, set spec.instance.importId of a new connector. To remove it, delete it in Open Connectors.',
      ]
    : [];
}

type Orphans = NonNullable<NonNullable<NonNullable<OpenConnectorsAccount['status']>['instances']>['orphans']>;

function listOf(orphans: Orphans, count: number): string[] {
  if (orphans.length === 0) {
    return [
      '  Not listed in the status. Search Open Connectors for the tag k8s-cluster-... of this cluster; the tags k8s-ns-... and k8s-name-... name the former resource.',
    ];
  }
  const rows = orphans.map(({ id, name }) => [String(id), name ?? '-']);
  const rest = count - orphans.length;
  return [...alignIndented([['INSTANCE', 'NAME'], ...rows]), ...(rest > 0 ? [`  and ${rest} more`] : [])];
}

function countOf(number: number): string {
  return `${number} ${number === 1 ? 'instance' : 'instances'}`;
}
