import { dumpYaml } from '@kubernetes/client-node';
import { alignColumns } from '../render/table.ts';
import type { Candidate } from './candidates.ts';
import { type ConnectorManifest, neededSecrets } from './manifest.ts';

/** The instances of an account as a table; those that are skipped with the reason. `next` imports all. */
export function renderCandidates(candidates: readonly Candidate[], next: string): readonly string[] {
  const importable = candidates.flatMap((candidate) =>
    candidate.kind === 'importable' ? [candidate.instance] : [],
  );
  const rows = importable.map(({ id, element, name, tags, disabled, createdAt }) => [
    String(id),
    element,
    name,
    tags.join(',') || '-',
    disabled === true ? 'no' : 'yes',
    createdAt?.slice(0, 10) ?? '-',
  ]);
  return [
    ...(rows.length === 0
      ? ['No instance to import.']
      : alignColumns([['ID', 'ELEMENT', 'NAME', 'TAGS', 'ENABLED', 'CREATED'], ...rows])),
    ...renderSkipped(candidates),
    ...(rows.length === 0 ? [] : ['', `To import all, run: ${next}`]),
  ];
}

/** One line for each instance that is not imported. */
export function renderSkipped(candidates: readonly Candidate[]): readonly string[] {
  return candidates.flatMap((candidate) =>
    candidate.kind === 'skipped' ? [`Skipped instance ${candidate.instance.id}: ${candidate.because}.`] : [],
  );
}

/** A manifest as YAML, with the Secrets that it needs as a comment. */
export function renderManifest(manifest: ConnectorManifest): string {
  const secrets = neededSecrets(manifest).map(({ name, keys }) => `#   ${name}: ${keys.join(', ')}`);
  return [
    '# Secrets to create, with these keys, before spec.managementPolicy is set to Manage:',
    ...secrets,
    dumpYaml(manifest, { lineWidth: -1, noRefs: true }).trimEnd(),
    '',
  ].join('\n');
}
