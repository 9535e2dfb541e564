import { describe, expect, it } from 'vitest';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { planChange, type Selection } from '../../../../src/cli/migrate/plan.ts';
import { encodeData } from '../../../../src/secrets/secret-data.ts';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { NOW } from '../../../support/builders/time.ts';
import { MemoryCluster, readyCrm } from '../../../support/cli/memory-cluster.ts';

const onRest = readyCrm('other', {
  spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined },
});

function plan(resources: MemoryCluster, selection: Partial<Selection> = {}, ignoreGitOps = false) {
  return planChange(
    { resources, change: toRest, ignoreGitOps, now: () => NOW },
    { namespace: 'team-a', selector: undefined, names: [], ...selection },
  );
}
const states = async (...args: Parameters<typeof plan>) =>
  (await plan(...args)).map(({ connector: { metadata }, state }) => [metadata.name, state.kind]);
const reason = async (...args: Parameters<typeof plan>) => {
  const [item] = await plan(...args);
  return item?.state.kind === 'refused' ? item.state.because : undefined;
};

describe('the plan', () => {
  it('lists connectors of infusionsoftcrm by name, and no others', async () => {
    expect(await states(new MemoryCluster(readyCrm('b'), onRest, readyCrm('a')))).toEqual([
      ['a', 'planned'],
      ['b', 'planned'],
    ]);
  });

  it('passes the label selector to the API server', async () => {
    const cluster = new MemoryCluster();
    await plan(cluster, { selector: 'team=sales' });
    expect(cluster.selectors).toEqual(['team=sales']);
  });

  it('lists named connectors only, with the reason for one that needs no migration', async () => {
    const cluster = new MemoryCluster(readyCrm('a'), readyCrm('b'), onRest);
    expect(await states(cluster, { names: ['b', 'other'] })).toEqual([
      ['b', 'planned'],
      ['other', 'refused'],
    ]);
    expect(await reason(cluster, { names: ['other'] })).toBe(
      'uses infusionsoftrest, and there is nothing to migrate.',
    );
  });

  it('fails for a name that does not exist', async () => {
    await expect(plan(new MemoryCluster(readyCrm('a')), { names: ['b'] })).rejects.toThrow(
      'InfusionsoftConnector "b" not found in namespace "team-a".',
    );
  });

  it('refuses a connector that a GitOps tool manages, unless it is ignored', async () => {
    const cluster = new MemoryCluster(
      readyCrm('a', { metadata: { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps' } } }),
    );
    expect(await reason(cluster)).toBe(
      'is managed by Flux Kustomization "apps". Change it in Git (--output DIR), or add --force.',
    );
    expect(await states(cluster, {}, true)).toEqual([['a', 'planned']]);
  });

  it('finds Argo CD by the field managers', async () => {
    const cluster = new MemoryCluster(
      readyCrm('a', { metadata: { labels: { 'app.kubernetes.io/instance': 'x' } } }),
    );
    expect(await reason(cluster)).toBeUndefined();
    cluster.fieldManagers = ['argocd-controller'];
    expect(await reason(cluster)).toContain('Argo CD application "x"');
  });
});

describe('the OAuth client', () => {
  const cluster = (oauth: MemoryCluster['oauth'], one = readyCrm('a')) => {
    const made = new MemoryCluster(one);
    made.oauth = oauth;
    return made;
  };

  it.each([
    ['not-found' as const, 'Secret "crm-oauth" (spec.oauth.clientSecretRef) not found. Create it.'],
    [
      encodeData({ client_id: 'a' }),
      'Secret "crm-oauth" (spec.oauth.clientSecretRef) has no key "client_secret". Add it.',
    ],
    [
      encodeData({ client_id: '', client_secret: 'b' }),
      'key "client_id" of Secret "crm-oauth" (spec.oauth.clientSecretRef) is empty. Correct it.',
    ],
  ])('is refused for %j', async (oauth, because) => {
    expect(await reason(cluster(oauth))).toBe(`has no OAuth client: ${because}`);
  });

  it('is not checked without the permission, where the operator found it', async () => {
    expect(await states(cluster('forbidden'))).toEqual([['a', 'planned']]);
  });

  it('is refused without the permission, where the operator did not find it', async () => {
    const conditions = [condition('Ready', 'True', 'Succeeded')];
    const one = connector({ metadata: { name: 'a' }, status: readyStatus(7, { conditions }) });
    expect(await reason(cluster('forbidden', one))).toContain('you may not get Secret "crm-oauth"');
  });
});
