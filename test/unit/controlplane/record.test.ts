import { describe, expect, test } from 'vitest';
import { featuresOf } from '../../support/controlplane/features.ts';
import { type RecordEntry, summarize } from '../../support/controlplane/record.ts';
import { controlPlanes } from '../../support/controlplane/sources.ts';

describe('the line that says which control planes ran', () => {
  const sources = [
    { name: 'embedded', left: undefined },
    { name: 'kube-apiserver', left: undefined },
    { name: 'k3s', left: 'TEST_K3S is not 1' },
  ];
  const started = (name: string, detail: string): RecordEntry => ({ name, event: 'started', detail });

  test.each<[string, readonly RecordEntry[], string]>([
    [
      'nothing was told, as when only other suites were run',
      [],
      'control planes: embedded (no suite used it), kube-apiserver (no suite used it), k3s (TEST_K3S is not 1)',
    ],
    [
      'one failed to start in one of two files',
      [
        started('embedded', '1.34.0'),
        started('kube-apiserver', '1.20.2'),
        { name: 'kube-apiserver', event: 'failed', detail: '' },
      ],
      'control planes: embedded 1.34.0 (ran), kube-apiserver 1.20.2 (failed to start), k3s (TEST_K3S is not 1)',
    ],
    [
      'tests were left out for what a server lacks',
      [
        started('kube-apiserver', '1.20.2'),
        { name: 'kube-apiserver', event: 'skipped', detail: 'cel' },
        { name: 'kube-apiserver', event: 'skipped', detail: 'cel' },
        { name: 'kube-apiserver', event: 'skipped', detail: 'garbageCollection' },
      ],
      'control planes: embedded (no suite used it), kube-apiserver 1.20.2 (ran; 2 not run without cel; 1 not run without garbageCollection), k3s (TEST_K3S is not 1)',
    ],
  ])('when %s', (_when, record, line) => {
    expect(summarize(sources, record)).toBe(line);
  });
});

test('what is not asked for says by which variable it would be', () => {
  const left = Object.fromEntries(controlPlanes({}).map((source) => [source.name, source.left]));
  expect(left).toMatchObject({
    'kube-apiserver': 'KUBEBUILDER_ASSETS is not set',
    kubeconfig: 'TEST_KUBECONFIG is not set',
    k3s: 'TEST_K3S is not 1',
  });
  const asked = controlPlanes({ KUBEBUILDER_ASSETS: '/assets', TEST_KUBECONFIG: '/config', TEST_K3S: '1' });
  expect(asked.filter((source) => source.left !== undefined)).toEqual([]);
});

test.each([
  [
    '1.20.2',
    false,
    { cel: false, selectableFields: false, garbageCollection: false, namespaceLifecycle: false },
  ],
  ['1.25.0', false, { cel: true, selectableFields: false }],
  [
    '1.34.6+k3s1',
    true,
    { cel: true, selectableFields: true, garbageCollection: true, namespaceLifecycle: true },
  ],
])('a server of version %s, with controllers: %s', (version, controllers, features) => {
  expect(featuresOf(version, controllers, true)).toMatchObject(features);
});
