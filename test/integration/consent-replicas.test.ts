import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asked,
  byPage,
  consent,
  consentUpToCallback,
  expectNothingLeft,
  ready,
} from '../support/consent/person.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import { linkOf, locationOf } from '../support/consent/visitor.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { ELECTION } from '../support/workbench/election.ts';
import { type OperatorProcess, startOperatorProcess } from '../support/workbench/process.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describeControlPlanes('the consent', (plane) => {
  let bench: Workbench;
  beforeAll(async () => {
    bench = await startWorkbench(plane);
  });
  afterAll(() => bench?.stop());

  const instancesOf = (namespace: Namespace) =>
    bench.simulator.instances().filter(({ tags }) => tags.includes(`k8s-ns-${namespace.name}`));

  describe('with three operators behind one address', () => {
    let site: Site;
    let running: OperatorProcess[] = [];
    beforeAll(async () => {
      site = await createSite({ replicas: 3 });
    });
    afterAll(async () => {
      await Promise.all(running.map((operator) => operator.terminate()));
      await site?.stop();
    });

    /** Starts three operators; the first one that logs `killAt` is killed, once. */
    async function startThree(killAt: string | undefined): Promise<{ readonly killed: () => boolean }> {
      await Promise.all(running.map((operator) => operator.terminate()));
      let killed = false;
      running = [0, 1, 2].map((index) =>
        startOperatorProcess(bench, { ...ELECTION, ...site.env(index) }, (line, kill) => {
          if (!killed && killAt !== undefined && line.includes(killAt)) {
            killed = true;
            kill();
          }
        }),
      );
      await Promise.all(
        running.map((operator) => operator.line((line) => line.includes('Serving the consent pages'))),
      );
      return { killed: () => killed };
    }

    /** The status may be older than the crash: a code that is not accepted means that no consent is requested. */
    async function consentIfAsked(namespace: Namespace): Promise<void> {
      const code = (await namespace.secret('crm-consent-code'))?.values['code'] ?? '';
      const visitor = site.visitor();
      const begun = await visitor.enter(`${site.externalUrl}/connect/${namespace.name}/crm`, code);
      if (begun.status === 303) {
        const review = await visitor.get(locationOf(begun));
        const provider = locationOf(await visitor.get(linkOf(review.body)));
        await visitor.get(await bench.simulator.consent(provider, { approve: true }));
      }
    }

    async function expectOne(namespace: Namespace): Promise<void> {
      const [instance, ...others] = instancesOf(namespace);
      expect(others).toEqual([]);
      expect(instance?.works).toBe(true);
      await expectNothingLeft(namespace);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    }

    test('works on every replica', async () => {
      await startThree(undefined);
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(byPage());
      await asked(namespace);
      await consent(bench, namespace, site.visitor());
      await ready(namespace);
      await expectOne(namespace);
    });

    test('accepts one of several concurrent callbacks', async () => {
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(byPage());
      await asked(namespace);
      const visitor = site.visitor();
      const callback = await consentUpToCallback(bench, namespace, visitor);
      const twins = [site.visitor(), site.visitor(), site.visitor()];
      for (const twin of twins) {
        for (const [name, value] of visitor.jar) {
          twin.jar.set(name, value);
        }
      }
      const replies = await Promise.all(twins.map((twin) => twin.get(callback)));
      expect(replies.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
      await ready(namespace);
      await expectOne(namespace);
    });

    test('needs no second consent if the leader dies before it reads the code', async () => {
      await startThree(undefined);
      const namespace = await bench.namespace('consent');
      await createPrerequisites(bench, namespace, { code: false });
      await namespace.create(byPage());
      await asked(namespace);
      const visitor = site.visitor();
      const callback = await consentUpToCallback(bench, namespace, visitor);
      const leader = running.find(({ lines }) =>
        lines.some((line) => line.includes('"action":"write-one-time-code"')),
      );
      await leader?.kill();
      expect((await visitor.get(callback)).status).toBe(303);
      expect((await namespace.secret('crm-grant'))?.type).toBe('openconnectors.dev/grant');
      await ready(namespace);
      expect(leader).toBeDefined();
      await expectOne(namespace);
    });

    test.each(['create'])(
      'is requested again if the leader dies at %s, and the code is never sent twice',
      async (step) => {
        const { killed } = await startThree(`"action":"${step}"`);
        const namespace = await bench.namespace('consent');
        await createPrerequisites(bench, namespace, { code: false });
        await namespace.create(byPage());
        await asked(namespace);
        // The replica that serves the browser may be the one that dies, which breaks the connection.
        await consent(bench, namespace, site.visitor()).catch((error: unknown) => {
          if (!killed()) {
            throw error;
          }
        });
        await poll(
          async () => (killed() ? true : undefined),
          20_000,
          () => 'no operator was killed',
        );
        await poll(
          async () => {
            const { status } = await namespace.connector('crm');
            const is = status?.conditions?.find(({ type }) => type === 'Ready');
            if (is?.reason === 'AuthorizationRequired' && !(await namespace.exists('Secret', 'crm-grant'))) {
              await consentIfAsked(namespace);
            }
            return is?.status === 'True' ? true : undefined;
          },
          60_000,
          async () => `not Ready: ${JSON.stringify((await namespace.connector('crm')).status)}`,
        );
        await expectOne(namespace);
      },
    );
  });
});
