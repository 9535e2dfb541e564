import { describe, expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { canRender, render } from './support/kustomize.ts';
import { ofKind, only } from './support/manifest.ts';
import { budgetSchema, deploymentSchema } from './support/workload.ts';

describe.skipIf(!canRender)('the overlay ha (needs kubectl)', () => {
  const load = () => {
    const manifests = render('deploy/overlays/ha');
    return { manifests, deployment: only(manifests, 'Deployment', deploymentSchema) };
  };

  test('has three replicas, of which a drain may take one', () => {
    const { manifests, deployment } = load();

    expect(deployment.spec.replicas).toBe(3);
    expect(only(manifests, 'PodDisruptionBudget', budgetSchema).spec.maxUnavailable).toBe(1);
  });

  test('elects a leader, as the default is', () => {
    const { manifests } = load();
    const maps = ofKind(manifests, 'ConfigMap');

    expect(settings.leaderElect.default).toBe('true');
    expect(JSON.stringify(maps)).not.toContain('LEADER_ELECT');
  });

  test('spreads them over nodes and zones, but starts without such', () => {
    const constraints = load().deployment.spec.template.spec.topologySpreadConstraints;

    expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    expect(constraints.every(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway')).toBe(true);
  });

  test('is not scaled by load: only the leader works, so more replicas would not make it faster', () => {
    expect(ofKind(load().manifests, 'HorizontalPodAutoscaler')).toEqual([]);
  });
});
