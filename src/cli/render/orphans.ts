import type { OpenConnectorsAccount } from '../../api/account.ts';
import { alignColumns } from './table.ts';

/** The instances of one account that no resource stands for, as its status tells. */
export function renderOrphans({ metadata, status }: OpenConnectorsAccount): string[] {
  const title = `Account ${metadata.name} in namespace ${metadata.namespace}`;
  const { managed, orphaned, orphans = [] } = status?.instances ?? {};
  if (managed === undefined && orphaned === undefined) {
    return [`${title}: the operator has not counted its instances yet.`];
  }
  if (orphaned === undefined) {
    return [
      `${title}: orphans are not counted. Only an operator that serves all namespaces, without a label selector, can tell that no resource stands for an instance.`,
    ];
  }
  const counts = `${title}: ${countOf(managed ?? 0)} managed, ${orphaned} orphaned`;
  return orphaned === 0 ? [`${counts}.`] : [`${counts}:`, ...listOf(orphans, orphaned)];
}

/** What may be done about orphans; nothing without any. */
export function adviceOnOrphans(accounts: readonly OpenConnectorsAccount[]): string[] {
  return accounts.some(({ status }) => (status?.instances?.orphaned ?? 0) > 0)
    ? [
        '',
        'An orphan carries the tags of this cluster, and no resource stands for it. The operator never deletes one by itself.',
        'To keep one, name its id in spec.instance.importId of a new connector. To end one, delete it in Open Connectors.',
      ]
    : [];
}

type Orphans = NonNullable<NonNullable<NonNullable<OpenConnectorsAccount['status']>['instances']>['orphans']>;

function listOf(orphans: Orphans, count: number): string[] {
  if (orphans.length === 0) {
    return [
      '  The status does not list them. In Open Connectors they are the instances with a tag k8s-cluster-... of this cluster; k8s-ns-... and k8s-name-... say which resource they were made for.',
    ];
  }
  const rows = orphans.map(({ id, name }) => [String(id), name ?? '-']);
  const rest = count - orphans.length;
  return [
    ...alignColumns([['INSTANCE', 'NAME'], ...rows]).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function countOf(number: number): string {
  return `${number} ${number === 1 ? 'instance' : 'instances'}`;
}
