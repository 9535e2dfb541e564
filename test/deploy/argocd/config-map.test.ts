import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { connectorStatusSchema } from '../../../src/api/connector.ts';
import { ACCOUNT_NAMES, CONNECTOR_NAMES, GROUP } from '../../../src/api/group.ts';
import { canRender, render, renderOverlay } from '../support/kustomize.ts';
import { ofKind, parseManifests } from '../support/manifest.ts';
import { customizations } from '../support/resource-customizations.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'deploy', 'argocd');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(parse(read('argocd-cm.yaml')));
const actionsSchema = z.object({
  'discovery.lua': z.string(),
  definitions: z.array(z.object({ name: z.string(), 'action.lua': z.string() })),
});

describe("the keys for Argo CD's ConfigMap", () => {
  test.each(customizations().map((customization) => [customization.kind, customization] as const))(
    '%s: the scripts are those of the files, letter for letter',
    (kind, { health, discovery, actions }) => {
      const configured = actionsSchema.parse(
        parse(data[`resource.customizations.actions.${GROUP}_${kind}`] ?? ''),
      );

      expect(data[`resource.customizations.health.${GROUP}_${kind}`]).toBe(health);
      expect(configured['discovery.lua']).toBe(discovery);
      expect(new Map(configured.definitions.map((action) => [action.name, action['action.lua']]))).toEqual(
        actions,
      );
    },
  );

  test('do not ask for the standard libraries of Lua', () => {
    expect(Object.keys(data).filter((key) => key.includes('useOpenLibs'))).toEqual([]);
  });

  test('have links and ignored fields that the status has', () => {
    const ignored = z
      .object({ jsonPointers: z.array(z.string()) })
      .parse(
        parse(data[`resource.customizations.ignoreResourceUpdates.${GROUP}_${CONNECTOR_NAMES.kind}`] ?? ''),
      );
    const fields = Object.keys(connectorStatusSchema.shape);

    expect(ignored.jsonPointers.map((pointer) => pointer.split('/')[2])).toSatisfy(
      (names: readonly string[]) => names.every((name) => fields.includes(name)),
    );
    expect(data['resource.links']).toContain('.resource.status.authorization.startUrl');
    expect(fields).toContain('authorization');
  });
});

describe('the examples for Argo CD', () => {
  const projects = parseManifests(read('app-project.yaml'));
  const applications = parseManifests(read('application.yaml'));

  test('keep the operator and the connectors apart', () => {
    expect(applications.map(({ metadata }) => metadata.name)).toEqual([
      'openconnectors-operator',
      'team-a-connectors',
    ]);
    expect(applications).toEqual([
      expect.objectContaining({ spec: expect.objectContaining({ project: projects[0]?.metadata.name }) }),
      expect.objectContaining({ spec: expect.objectContaining({ project: projects[1]?.metadata.name }) }),
    ]);
  });

  test.skipIf(!canRender)(
    'the project of the operator allows every cluster-wide kind of the installation',
    () => {
      const allowed = z
        .object({ spec: z.object({ clusterResourceWhitelist: z.array(z.object({ kind: z.string() })) }) })
        .parse(projects[0])
        .spec.clusterResourceWhitelist.map(({ kind }) => kind);
      const kinds = render('deploy/overlays/cluster')
        .filter(({ metadata }) => metadata.namespace === undefined)
        .map(({ kind }) => kind);

      expect([...new Set(kinds)].filter((kind) => !allowed.includes(kind))).toEqual([]);
    },
  );

  test.skipIf(!canRender)('its patches keep Argo CD from deleting the CRDs', () => {
    const { patches } = z
      .object({
        spec: z.object({ source: z.object({ kustomize: z.object({ patches: z.array(z.unknown()) }) }) }),
      })
      .parse(applications[0]).spec.source.kustomize;
    const crds = ofKind(
      renderOverlay({ resources: ['deploy/overlays/cluster'], patches }),
      'CustomResourceDefinition',
    );

    expect(crds.map(({ metadata }) => metadata.annotations['argocd.argoproj.io/sync-options'])).toEqual([
      'Prune=false,Delete=false',
      'Prune=false,Delete=false',
    ]);
  });

  test('the project of a team allows both kinds', () => {
    const kinds = z
      .object({ spec: z.object({ namespaceResourceWhitelist: z.array(z.object({ kind: z.string() })) }) })
      .parse(projects[1])
      .spec.namespaceResourceWhitelist.map(({ kind }) => kind);

    expect(kinds).toEqual(expect.arrayContaining([CONNECTOR_NAMES.kind, ACCOUNT_NAMES.kind]));
  });
});
