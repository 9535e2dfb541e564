import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP } from '../../../src/api/group.ts';
import { crdSchema } from './support/crd.ts';
import { crdChanges } from './support/crd-changes.ts';

const root = join(import.meta.dirname, '..', '..', '..');

const acceptedSchema = z.array(z.strictObject({ change: z.string(), changelog: z.string().min(10) }));

const accepted = acceptedSchema.parse(
  parse(readFileSync(join(import.meta.dirname, 'accepted.yaml'), 'utf8')) ?? [],
);

/** What clients of the released CRDs notice, such as `infusionsoftconnectors spec.interval: removed field`. */
const changes = [CONNECTOR_NAMES, ACCOUNT_NAMES].flatMap(({ plural }) => {
  const [before, after] = [join(import.meta.dirname, 'released'), join(root, 'crds')].map((folder) =>
    crdSchema.parse(parse(readFileSync(join(folder, `${GROUP}_${plural}.yaml`), 'utf8'))),
  ) as [z.infer<typeof crdSchema>, z.infer<typeof crdSchema>];
  return crdChanges(before, after).map(({ path, change }) => `${plural} ${path}: ${change}`);
});

/** The changes that the next release announces, with line breaks and indents as single spaces. */
const unreleased = (readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split(/^## /m)[1] ?? '').replaceAll(
  /\s+/g,
  ' ',
);

describe('the CRDs beside those of the last release', () => {
  it('have no incompatible change that is not accepted', () => {
    expect(changes.toSorted()).toEqual(accepted.map(({ change }) => change).toSorted());
  });

  it.each(accepted.map(({ change, changelog }) => [change, changelog] as const))(
    'announce in the changelog: %s',
    (_change, changelog) => {
      expect(unreleased).toContain(changelog);
    },
  );
});
