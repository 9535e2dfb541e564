import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpYaml } from '@kubernetes/client-node';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { MIGRATED_FROM } from '../../../../src/cli/migrate/changes/migrated-from.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { patchFiles } from '../../../../src/cli/migrate/write-patches.ts';
import { NOW } from '../../../support/builders/time.ts';
import { readyCrm } from '../../../support/cli/memory-cluster.ts';

const planned = (name: string, namespace = 'team-a') => {
  const connector = readyCrm(name, { metadata: { namespace } });
  return { connector, patch: toRest.patchOf(connector, NOW) };
};
const folder = mkdtempSync(join(tmpdir(), 'patches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // The test that needs it is skipped and named.
  }
}

describe('the files with patches', () => {
  it('are one for each connector and a component', () => {
    const files = patchFiles([planned('a'), planned('b')]);
    expect([...files.keys()]).toEqual(['team-a.a.yaml', 'team-a.b.yaml', 'kustomization.yaml']);
    expect(parse(files.get('team-a.a.yaml') ?? '')).toEqual({
      apiVersion: 'openconnectors.dev/v1beta1',
      kind: 'InfusionsoftConnector',
      metadata: {
        name: 'a',
        annotations: { [MIGRATED_FROM]: '{"encryptedKeySecretRef":{"name":"crm-key"}}' },
      },
      spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: null },
    });
    expect(parse(files.get('kustomization.yaml') ?? '')).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1alpha1',
      kind: 'Component',
      patches: [{ path: 'team-a.a.yaml' }, { path: 'team-a.b.yaml' }],
    });
  });

  it('name the namespaces where there are several', () => {
    const files = patchFiles([planned('a'), planned('a', 'team-b')]);
    expect(parse(files.get('team-b.a.yaml') ?? '').metadata.namespace).toBe('team-b');
  });

  it.skipIf(!hasKubectl())(
    'change the resources of a kustomization that includes them (needs kubectl)',
    () => {
      const { connector, patch } = planned('a');
      mkdirSync(join(folder, 'patches'));
      for (const [name, text] of patchFiles([{ connector, patch }])) {
        writeFileSync(join(folder, 'patches', name), text);
      }
      const { apiVersion, kind, spec } = connector;
      writeFileSync(join(folder, 'a.yaml'), dumpYaml({ apiVersion, kind, metadata: { name: 'a' }, spec }));
      const kustomization = { namespace: 'team-a', resources: ['a.yaml'], components: ['patches'] };
      writeFileSync(join(folder, 'kustomization.yaml'), dumpYaml(kustomization));
      const { encryptedKeySecretRef, ...kept } = spec;
      expect(parse(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' }))).toEqual({
        apiVersion,
        kind,
        metadata: { name: 'a', namespace: 'team-a', ...patch.metadata },
        spec: { ...kept, connector: 'infusionsoftrest' },
      });
      expect(encryptedKeySecretRef).toEqual({ name: 'crm-key' });
    },
  );
});
