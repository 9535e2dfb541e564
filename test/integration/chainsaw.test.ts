import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ChainsawReport, hasChainsaw, runChainsaw, scenarios } from '../support/chainsaw/chainsaw.ts';
import { describeControlPlanes } from '../support/controlplane/describe.ts';
import { timeLimit } from '../support/time-limit.ts';
import { CALLBACK_URL } from '../support/workbench/manifests.ts';
import { startOperatorProcess } from '../support/workbench/process.ts';
import { newCode, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

/** The values that differ from run to run, as `$values` of the scenarios. */
function valuesFor({ simulator }: Workbench) {
  const { userSecret, organizationSecret } = simulator.credentials;
  const other = simulator.registerApp();
  const adopted = simulator.addInstance({
    connector: 'infusionsoftrest',
    name: 'crm-by-hand',
    tags: ['by-hand'],
  });
  const code = () => newCode(simulator);
  return {
    account: { baseUrl: simulator.baseUrl, userSecret, organizationSecret },
    client: { id: simulator.app.clientId, secret: simulator.app.clientSecret },
    otherClient: {
      id: other.clientId,
      secret: other.clientSecret,
      code: simulator.issueCode({ clientId: other.clientId, callbackUrl: CALLBACK_URL }),
    },
    adopted: { id: adopted.id, name: adopted.name },
    codes: Object.fromEntries(
      ['create', 'edit', 'rotate', 'delete', 'migrate', 'migrated', 'observe', 'suspend', 'wait'].map(
        (name) => [name, code()],
      ),
    ),
  };
}

if (hasChainsaw) {
  describeControlPlanes('the scenarios of Chainsaw', (plane) => {
    let bench: Workbench;
    let report: ChainsawReport;
    beforeAll(async () => {
      bench = await startWorkbench(plane);
      startOperatorProcess(bench);
      report = await runChainsaw(plane, valuesFor(bench));
      for (const { namespace } of report.scenarios.values()) {
        bench.useNamespace(namespace);
      }
    }, timeLimit(600_000));
    afterAll(() => bench?.stop());

    it.each(scenarios)('%s', (name) => {
      const scenario = report.scenarios.get(name);
      expect(scenario?.failures, report.output).toEqual([]);
    });

    it('pass in the view of Chainsaw, and send no code twice', () => {
      expect(report.code, report.output).toBe(0);
      expect(bench.simulator.ledger.codesSentTwice()).toEqual([]);
    });
  });
} else {
  it.skip('the scenarios of Chainsaw (needs CHAINSAW or chainsaw on PATH)', () => undefined);
}
