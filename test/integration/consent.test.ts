import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownedLabelsOf } from '../../src/api/defaults.ts';
import { API_VERSION, CONSENT_SECRET_TYPES } from '../../src/api/group.ts';
import {
  asked,
  byPage,
  consent,
  consentUpToCallback,
  expectNothingLeft,
  KIND,
  ready,
} from '../support/consent/person.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { secret } from '../support/workbench/manifests.ts';
import {
  createPrerequisites,
  type RunningOperator,
  startWorkbench,
  type Workbench,
} from '../support/workbench/workbench.ts';

describeControlPlanes('the consent', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  const conditionsOf = async (namespace: Namespace): Promise<readonly string[]> =>
    ((await namespace.connector('crm')).status?.conditions ?? []).map(
      ({ type, status }) => `${type} ${status}`,
    );

  describe('on the page of one operator', () => {
    let site: Site;
    let operator: RunningOperator;
    // A revoked grant is detected by the next regular ping.
    const settings = () => ({ env: { ...site.env(), PING_INTERVAL: '1s' } });
    beforeAll(async () => {
      site = await createSite();
      operator = await bench.startOperator(settings());
    });
    afterAll(async () => {
      await operator?.stop();
      await site?.stop();
    });

    async function prepare(): Promise<Namespace> {
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(byPage());
      return namespace;
    }

    test('makes the connector Ready, and all Secrets of the consent are deleted', async () => {
      const namespace = await prepare();
      const message = await asked(namespace);
      const startUrl = `${site.externalUrl}/connect/${namespace.name}/crm`;
      expect(message).toBe(
        `Waiting for OAuth consent. Open ${startUrl} with the code in Secret "crm-consent-code".`,
      );
      const { status, metadata } = await namespace.connector('crm');
      expect(status?.authorization).toEqual({ startUrl, codeSecretName: 'crm-consent-code' });
      const oneTimeCode = await namespace.secret('crm-consent-code');
      expect(oneTimeCode).toMatchObject({ type: 'openconnectors.dev/enrolment', owners: [metadata.uid] });
      expect(oneTimeCode?.values['code']).toMatch(/^[0-9A-Z-]{30}$/);

      const done = await consent(bench, namespace, site.visitor());
      expect(done.body).toContain('Access granted');
      await ready(namespace);
      const [instance, ...others] = instancesOf(namespace);
      expect(others).toEqual([]);
      expect(instance?.works).toBe(true);
      await expectNothingLeft(namespace);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
      const metrics = await fetch(`http://127.0.0.1:${operator.ports.metrics}/metrics`);
      expect(await metrics.text()).toMatch(
        /openconnectors_consent_outcomes_total\{outcome="granted"\} [1-9]/,
      );
    });

    test('shows no code, state or secret in any log line, event or status', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const visitor = site.visitor();
      const oneTimeCode = (await namespace.secret('crm-consent-code'))?.values['code'] ?? '';
      const callback = await consentUpToCallback(bench, namespace, visitor);
      const { searchParams } = new URL(callback);
      const cookie = visitor.jar.get('__Host-connect-consent')?.split('.')[0] ?? '';
      const statusAsked = JSON.stringify(await namespace.connector('crm'));
      await visitor.get(callback);
      await ready(namespace);

      const told = [
        ...operator.log,
        statusAsked,
        JSON.stringify(await namespace.connector('crm')),
        JSON.stringify(await namespace.events('crm')),
      ].join('\n');
      const secrets = [oneTimeCode, searchParams.get('code'), searchParams.get('state'), cookie];
      for (const value of secrets) {
        expect(value).toMatch(/.{8,}/);
        expect(told).not.toContain(value);
      }
    });

    test('is reported as denied, and can be repeated', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const done = await consent(bench, namespace, site.visitor(), false);
      expect(done.body).toContain('Access denied');
      expect(await asked(namespace, 'AuthorizationDenied')).toContain('/connect/');
      expect(instancesOf(namespace)).toEqual([]);

      await consent(bench, namespace, site.visitor());
      await ready(namespace);
      await expectNothingLeft(namespace);
    });

    test('is requested again if the exchange of the code fails', async () => {
      const namespace = await prepare();
      await asked(namespace);
      bench.simulator.faults.inject({
        match: { operation: 'createInstance' },
        fault: { kind: 'status', status: 400 },
        times: 1,
      });
      await consent(bench, namespace, site.visitor());
      await asked(namespace, 'AuthorizationFailed');
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    test('starts with a new code after the Secret is deleted', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const first = (await namespace.secret('crm-consent-code'))?.values['code'];
      await namespace.remove('Secret', 'crm-consent-code');
      const second = await poll(
        async () => (await namespace.secret('crm-consent-code'))?.values['code'],
        20_000,
        () => 'no new code',
      );
      expect(second).not.toBe(first);
      expect(
        (await site.visitor().enter(`${site.externalUrl}/connect/${namespace.name}/crm`, first ?? '')).status,
      ).toBe(400);
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
    });

    test('replaces the one-time code Secret of an earlier version after an upgrade', async () => {
      const namespace = await prepare();
      await asked(namespace);
      await operator.stop();
      await namespace.remove('Secret', 'crm-consent-code');
      const { name, uid } = (await namespace.connector('crm')).metadata;
      const old = secret('crm-enrolment', { code: 'CODE-OF-AN-EARLIER-VERSION' });
      await namespace.create({
        ...old,
        type: CONSENT_SECRET_TYPES.oneTimeCode,
        metadata: {
          ...old.metadata,
          labels: ownedLabelsOf({ metadata: { name } }),
          ownerReferences: [{ apiVersion: API_VERSION, kind: KIND, name, uid, controller: true }],
        },
      });
      operator = await bench.startOperator(settings());
      await namespace.waitGone('Secret', 'crm-enrolment');
      expect(await namespace.exists('Secret', 'crm-consent-code')).toBe(true);
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
      await expectNothingLeft(namespace);
    });

    test('neither reads nor overwrites a Secret of another owner', async () => {
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(secret('crm-consent-code', { code: 'CHOSEN-BY-SOMEBODY' }), byPage());
      expect(await asked(namespace, 'CodeSecretConflict')).toContain('crm-consent-code');
      const start = `${site.externalUrl}/connect/${namespace.name}/crm`;
      expect((await site.visitor().enter(start, 'CHOSEN-BY-SOMEBODY')).status).toBe(400);
      expect((await namespace.secret('crm-consent-code'))?.values).toEqual({ code: 'CHOSEN-BY-SOMEBODY' });
      expect((await namespace.connector('crm')).status?.authorization).toBeUndefined();

      await namespace.remove('Secret', 'crm-consent-code');
      await asked(namespace);
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
    });

    test('is refused for a resource that was recreated', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const visitor = site.visitor();
      const callback = await consentUpToCallback(bench, namespace, visitor);
      await namespace.remove(KIND, 'crm');
      await namespace.waitGone(KIND, 'crm');
      await namespace.create(byPage());
      expect((await visitor.get(callback)).status).toBe(400);
      expect(await namespace.exists('Secret', 'crm-grant')).toBe(false);
      expect(instancesOf(namespace)).toEqual([]);
    });

    test('survives an unrelated edit, and not one of the consent request', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const unrelated = site.visitor();
      const callback = await consentUpToCallback(bench, namespace, unrelated);
      await namespace.patch(KIND, 'crm', { spec: { server: 'dt999.infusionsoft.com' } });
      expect((await unrelated.get(callback)).status).toBe(400);

      await asked(namespace);
      const person = site.visitor();
      const second = await consentUpToCallback(bench, namespace, person);
      await namespace.patch(KIND, 'crm', {
        spec: { missingPolicy: 'Report', instance: { tags: ['edited'] } },
      });
      expect((await person.get(second)).status).toBe(303);
      await ready(namespace);
    });

    test('keeps the instance id when it is repeated: revoked, another client_id, on request once for each value', async () => {
      const namespace = await prepare();
      await asked(namespace);
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
      const id = (await namespace.connector('crm')).status?.instance?.id ?? 0;
      const again = async (reason: string): Promise<void> => {
        await asked(namespace, reason);
        await consent(bench, namespace, site.visitor());
        await ready(namespace);
        const { status } = await namespace.connector('crm');
        expect(status?.instance?.id).toBe(id);
        expect(instancesOf(namespace)).toHaveLength(1);
        expect(instancesOf(namespace)[0]?.works).toBe(true);
        await expectNothingLeft(namespace);
      };

      const request = (value: string) =>
        namespace.patch(KIND, 'crm', {
          metadata: { annotations: { 'openconnectors.dev/reauthorize-at': value } },
        });
      await request('monday');
      const message = await namespace.waitFor(KIND, 'crm', 'AuthorizationPending', 'True');
      expect(message).toContain('Reauthorization was requested');
      expect(await conditionsOf(namespace)).toContain('Ready True');
      expect(instancesOf(namespace)[0]?.works).toBe(true);
      await consent(bench, namespace, site.visitor());
      await poll(
        async () =>
          (await namespace.connector('crm')).status?.lastHandledReauthorizeAt === 'monday' ? true : undefined,
        30_000,
        () => 'the request was not handled',
      );
      expect(await conditionsOf(namespace)).toContain('Ready True');
      expect(await conditionsOf(namespace)).not.toContain('AuthorizationPending True');
      expect((await namespace.connector('crm')).status?.instance?.id).toBe(id);
      await expectNothingLeft(namespace);
      expect((await namespace.connector('crm')).status?.lastHandledReauthorizeAt).toBe('monday');
      await namespace.patch(KIND, 'crm', { metadata: { labels: { looked: 'at' } } });
      await ready(namespace);

      const app = bench.simulator.registerApp({});
      await namespace.patch('Secret', 'crm-oauth', {
        stringData: { client_id: app.clientId, client_secret: app.clientSecret },
      });
      await again('AuthorizationRequired');

      bench.simulator.revokeGrant(id);
      await again('AuthorizationRevoked');
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });

    test('has no page with another callback URL', async () => {
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(
        byPage({
          oauth: { clientSecretRef: { name: 'crm-oauth' }, callbackUrl: 'https://other.example.com/cb' },
        }),
      );
      expect(await asked(namespace)).toContain(
        `Run: kubectl openconnectors authorize crm -n ${namespace.name}`,
      );
      expect(await namespace.exists('Secret', 'crm-consent-code')).toBe(false);
      expect((await namespace.connector('crm')).status?.authorization).toBeUndefined();
    });

    test('can be replaced by a code in a Secret', async () => {
      const namespace = await prepare();
      await asked(namespace);
      const code = bench.simulator.issueCode({ callbackUrl: site.callbackUrl });
      await namespace.create(secret('crm-code', { code }));
      await namespace.patch(KIND, 'crm', {
        spec: { oauth: { authorizationCodeSecretRef: { name: 'crm-code' } } },
      });
      await ready(namespace);
      await expectNothingLeft(namespace);
    });
  });
});
