import { describe, expect, it } from 'vitest';
import { gitOpsManagerOf } from '../../../../src/cli/migrate/gitops.ts';

const managed = (
  labels: Record<string, string>,
  annotations: Record<string, string> = {},
  fieldManagers: string[] = ['kubectl'],
) => gitOpsManagerOf({ metadata: { labels, annotations }, fieldManagers });

describe('the GitOps manager of a resource', () => {
  it.each([
    [
      'the tracking id of Argo CD',
      {},
      { 'argocd.argoproj.io/tracking-id': 'apps:openconnectors.dev/X:a/b' },
      [],
      'Argo CD application "apps"',
    ],
    ['the label of Argo CD', { 'argocd.argoproj.io/instance': 'apps' }, {}, [], 'Argo CD application "apps"'],
    [
      'the common label, written by Argo CD',
      { 'app.kubernetes.io/instance': 'apps' },
      {},
      ['argocd-controller'],
      'Argo CD application "apps"',
    ],
    [
      'the label of Flux',
      { 'kustomize.toolkit.fluxcd.io/name': 'apps' },
      {},
      [],
      'Flux Kustomization "apps"',
    ],
    [
      'the label of a HelmRelease',
      { 'helm.toolkit.fluxcd.io/name': 'apps' },
      {},
      [],
      'Flux HelmRelease "apps"',
    ],
    ['an empty tracking id', {}, { 'argocd.argoproj.io/tracking-id': '' }, [], 'Argo CD application'],
  ])('is found by %s', (_case, labels, annotations, fieldManagers, expected) => {
    expect(managed(labels, annotations, fieldManagers)).toBe(expected);
  });

  it.each([
    ['no labels', {}],
    ['the common label, written by another client', { 'app.kubernetes.io/instance': 'apps' }],
    ['labels of Helm', { 'app.kubernetes.io/managed-by': 'Helm' }],
  ])('is not found for %s', (_case, labels) => {
    expect(managed(labels)).toBeUndefined();
    expect(gitOpsManagerOf({ metadata: {}, fieldManagers: ['argocd-controller'] })).toBeUndefined();
  });
});
