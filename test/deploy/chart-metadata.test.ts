import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { accountCrd, connectorCrd } from '../../scripts/generate/crds.ts';
import { releaseNotes } from '../../scripts/release/changelog.ts';
import { chartChanges } from '../../scripts/release/chart-changes.ts';
import { VERSION } from '../../src/config/version.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const { annotations } = z
  .object({ annotations: z.record(z.string(), z.string()) })
  .parse(parse(read('deploy/chart/Chart.yaml')));
const listOf = <T>(name: string, item: z.ZodType<T>): readonly T[] =>
  z.array(item).parse(parse(annotations[`artifacthub.io/${name}`] ?? ''));

/** What Artifact Hub accepts as the kind of a change. */
const KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];

describe('the metadata for Artifact Hub', () => {
  it('has each CRD and an example of it', () => {
    const kinds = [connectorCrd(), accountCrd()].map(({ spec }) => spec.names.kind);
    const crds = listOf(
      'crds',
      z.strictObject({
        kind: z.string(),
        version: z.string(),
        name: z.string(),
        displayName: z.string(),
        description: z.string(),
      }),
    );
    const examples = listOf('crdsExamples', z.looseObject({ kind: z.string(), spec: z.looseObject({}) }));
    expect(crds.map(({ kind }) => kind)).toEqual(kinds);
    expect(examples.map(({ kind }) => kind).toSorted()).toEqual(kinds.toSorted());
  });

  it('has the image of the version', () => {
    expect(listOf('images', z.strictObject({ name: z.string(), image: z.string() }))).toEqual([
      {
        name: 'infusionsoft-connector-operator',
        image: `infusionsoft-connector-operator:${VERSION}`,
      },
    ]);
  });

  it('lists the changes of a release by kind', () => {
    const notes = '### Added\n\n- One\n  line.\n- Two.\n\n### Fixed\n\n- Three.\n';
    expect(chartChanges(notes)).toEqual([
      { kind: 'added', description: 'One line.' },
      { kind: 'added', description: 'Two.' },
      { kind: 'fixed', description: 'Three.' },
    ]);
  });

  it('has a kind for each section of the changelog', () => {
    const changes = chartChanges(releaseNotes(read('CHANGELOG.md'), VERSION));
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter(({ kind }) => !KINDS.includes(kind))).toEqual([]);
  });

  it('keeps the metadata of the repository out of the chart', () => {
    expect(read('deploy/chart/.helmignore').split('\n')).toContain('artifacthub-repo.yml');
    expect(parse(read('deploy/chart/artifacthub-repo.yml'))).toEqual({ owners: [] });
  });
});
