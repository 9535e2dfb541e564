import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { poll } from '../support/controlplane/poll.ts';
import { buildImage, canBuildImages, dockerResult } from '../support/image/docker.ts';
import { startOperatorContainer } from '../support/image/operator-container.ts';
import { timeLimit } from '../support/time-limit.ts';
import { account, restConnector, secret } from '../support/workbench/manifests.ts';
import { watchReady } from '../support/workbench/ready-watch.ts';
import { newCode, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const COUNT = 1_000;
/** Half of the limit of the manifests. */
const MEMORY = '192m';
const READY_LIMIT_MS = 300_000;

describe.skipIf(!canBuildImages)('the image (needs docker with BuildKit and the base images)', () => {
  describeControlPlanes('in a container', (plane) => {
    let bench: Workbench;
    let image = '';
    beforeAll(async () => {
      image = buildImage('runtime', 0);
      bench = await startWorkbench(plane);
    }, timeLimit(300_000));
    afterAll(async () => {
      await bench?.stop();
      dockerResult('rmi', image);
    });

    it('makes a thousand connectors Ready in 192 MiB, and ends with code 0', {
      timeout: timeLimit(2 * READY_LIMIT_MS),
    }, async ({ skip }) => {
      skip(plane.ledger !== undefined, `${plane.name} shares the process of the test`);
      const { credentials, app, baseUrl } = bench.simulator;
      const namespace = await bench.namespace('image');
      await namespace.create(
        secret('sap-account', {
          userSecret: credentials.userSecret,
          organizationSecret: credentials.organizationSecret,
        }),
        account('sap', baseUrl, { limits: { requestsPerSecond: 1000, burst: 1000, concurrency: 64 } }),
      );
      for (let index = 0; index < COUNT; index += 1) {
        await namespace.create(
          secret(`crm-${index}-oauth`, { client_id: app.clientId, client_secret: app.clientSecret }),
          secret(`crm-${index}-code`, { code: newCode(bench.simulator) }),
          restConnector(`crm-${index}`),
        );
      }
      const ready = await watchReady(plane, namespace.name);
      const operator = startOperatorContainer(bench, image, MEMORY, { LOG_LEVEL: 'info' });
      let code: number | null | undefined;
      void operator.ended.then((ended) => {
        code = ended;
      });
      await poll(
        async () => {
          if (code !== undefined) {
            throw new Error(`the container ended (${code}):\n${operator.lines.slice(-20).join('\n')}`);
          }
          return ready.count() === COUNT ? true : undefined;
        },
        READY_LIMIT_MS,
        () => `only ${ready.count()} are Ready`,
      ).finally(() => ready.stop());

      expect(await operator.terminate()).toBe(0);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });
  });
});
