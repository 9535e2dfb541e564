import { describe, expect, test } from 'vitest';
import { DEPLOYED_ROLES } from '../../scripts/generate/rbac-roles.ts';
import { canRender, render, renderOverlay } from './support/kustomize.ts';
import { type Manifest, ofKind } from './support/manifest.ts';
import { bindingSchema, roleSchema } from './support/workload.ts';

const OPERATOR = 'infusionsoft-connector-operator';

const rolesOf = (manifests: readonly Manifest[]) =>
  ['Role', 'ClusterRole'].flatMap((kind) => ofKind(manifests, kind)).map((role) => roleSchema.parse(role));
const idsOf = (manifests: readonly Manifest[]): string[] =>
  rolesOf(manifests)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .sort();

describe('permissions as declared', () => {
  const rules = DEPLOYED_ROLES.flatMap(({ rules: all, name }) =>
    all.map((rule) => ({ ...rule, role: name })),
  );

  test('have no wildcard', () => {
    for (const { apiGroups, resources, verbs, role } of rules) {
      expect([...apiGroups, ...resources, ...verbs], role).not.toContain('*');
    }
  });

  test('give each a reason', () => {
    expect(rules.filter(({ why }) => why.trim() === '')).toEqual([]);
  });

  test('let the operator neither grant rights nor act for others nor run pods', () => {
    const own = DEPLOYED_ROLES.filter(({ bound }) => bound).flatMap(({ rules: all }) => all);
    const groups = own.flatMap(({ apiGroups }) => apiGroups);
    const verbs = own.flatMap((rule) => rule.verbs);

    expect(new Set(groups)).toEqual(
      new Set(['openconnectors.dev', '', 'events.k8s.io', 'coordination.k8s.io']),
    );
    expect(
      new Set(own.filter(({ apiGroups }) => apiGroups.includes('')).flatMap(({ resources }) => resources)),
    ).toEqual(new Set(['secrets', 'namespaces']));
    for (const verb of ['escalate', 'bind', 'impersonate', 'deletecollection']) {
      expect(verbs).not.toContain(verb);
    }
  });

  test('never let the operator change a spec by update, nor create or delete resources of ours', () => {
    const ours = DEPLOYED_ROLES.filter(({ bound }) => bound)
      .flatMap(({ rules: all }) => all)
      .filter(({ resources }) => resources.includes('infusionsoftconnectors'));

    expect(new Set(ours.flatMap((rule) => rule.verbs))).toEqual(new Set(['get', 'list', 'watch', 'patch']));
  });

  test('give viewers no access to Secrets', () => {
    const view = DEPLOYED_ROLES.find(({ name }) => name === 'openconnectors-view');

    expect(view?.rules.flatMap(({ resources }) => resources)).toEqual([
      'infusionsoftconnectors',
      'openconnectorsaccounts',
    ]);
    expect(view?.rules.flatMap(({ verbs }) => verbs)).toEqual(['get', 'list', 'watch']);
  });
});

describe.skipIf(!canRender)('permissions as rendered (need kubectl)', () => {
  test('the overlay cluster has the cluster role, the home role and the user roles', () => {
    expect(idsOf(render('deploy/overlays/cluster'))).toEqual([
      `ClusterRole ${OPERATOR}`,
      'ClusterRole openconnectors-edit',
      'ClusterRole openconnectors-import',
      'ClusterRole openconnectors-migrate',
      'ClusterRole openconnectors-plan',
      'ClusterRole openconnectors-service-binding',
      'ClusterRole openconnectors-view',
      `Role ${OPERATOR}-home`,
    ]);
  });

  test('the overlay namespaced has nothing of the cluster but the CRDs and its namespace', () => {
    const manifests = render('deploy/overlays/namespaced');
    const ofCluster = manifests
      .filter(({ metadata }) => metadata.namespace === undefined)
      .map(({ kind }) => kind);

    expect(idsOf(manifests)).toEqual([`Role ${OPERATOR}`, `Role ${OPERATOR}-home`]);
    expect(new Set(ofCluster)).toEqual(new Set(['Namespace', 'CustomResourceDefinition']));
  });

  test('what is rendered is what is declared', () => {
    const rendered = [
      ...rolesOf(render('deploy/overlays/cluster')),
      ...rolesOf(render('deploy/overlays/namespaced')),
    ];
    for (const { kind, name, rules } of DEPLOYED_ROLES) {
      const role = rendered.find((candidate) => candidate.kind === kind && candidate.metadata.name === name);
      expect(role?.rules, `${kind} ${name}`).toEqual(rules.map(({ why: _why, ...rule }) => rule));
    }
  });

  test('a further namespace gets a role that is bound to the operator in its own', () => {
    const manifests = renderOverlay({ namespace: 'team-a', resources: ['deploy/watched-namespace'] });
    const [binding] = ofKind(manifests, 'RoleBinding').map((object) => bindingSchema.parse(object));

    expect(manifests.map(({ metadata }) => metadata.namespace)).toEqual(['team-a', 'team-a']);
    expect(binding?.subjects).toEqual([
      { kind: 'ServiceAccount', name: OPERATOR, namespace: 'openconnectors-system' },
    ]);
  });
});
