import { describe, expect, it } from 'vitest';
import type { ComparedCrd } from './support/crd.ts';
import { crdChanges } from './support/crd-changes.ts';

type Spec = ComparedCrd['spec'];
type Version = Spec['versions'][number];

const version = (name: string, changes: Partial<Version> = {}): Version => ({
  name,
  served: true,
  subresources: { status: {} },
  selectableFields: [{ jsonPath: '.spec.a' }],
  schema: { openAPIV3Schema: { type: 'object' } },
  ...changes,
});
const names = { kind: 'Widget', plural: 'widgets', singular: 'widget', shortNames: ['wd'] };
const released: Spec = { group: 'example.com', scope: 'Namespaced', names, versions: [version('v1beta1')] };

const changesTo = (changes: Partial<Spec>): readonly string[] =>
  crdChanges({ spec: released }, { spec: { ...released, ...changes } }).map(({ change }) => change);

describe('the comparison of CRDs', () => {
  it.each<readonly [string, Partial<Spec>, string]>([
    ['another group', { group: 'example.org' }, 'other group'],
    ['another scope', { scope: 'Cluster' }, 'other scope'],
    ['another kind', { names: { ...names, kind: 'Gadget' } }, 'other kind'],
    ['another plural', { names: { ...names, plural: 'gadgets' } }, 'other plural'],
    ['another singular', { names: { ...names, singular: 'gadget' } }, 'other singular'],
    ['a removed short name', { names: { ...names, shortNames: [] } }, 'removed short name wd'],
    ['a removed version', { versions: [version('v1')] }, 'removed version v1beta1'],
    [
      'a version that is no longer served',
      { versions: [version('v1beta1', { served: false })] },
      'removed version v1beta1',
    ],
    [
      'a removed subresource',
      { versions: [version('v1beta1', { subresources: {} })] },
      'removed subresource status',
    ],
    [
      'a removed selectable field',
      { versions: [version('v1beta1', { selectableFields: [] })] },
      'removed selectable field .spec.a',
    ],
    [
      'a change of the schema',
      { versions: [version('v1beta1', { schema: { openAPIV3Schema: { type: 'string' } } })] },
      'other type',
    ],
  ])('reports %s', (_name, changes, change) => {
    expect(changesTo(changes)).toEqual([change]);
  });

  it('accepts a new version beside the old one', () => {
    expect(changesTo({ versions: [version('v1beta1'), version('v1')] })).toEqual([]);
  });

  it('ignores a version that was not served', () => {
    const before = { ...released, versions: [version('v1alpha1', { served: false }), version('v1beta1')] };
    expect(crdChanges({ spec: before }, { spec: released })).toEqual([]);
  });
});
