import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { healthOf, isDeleting } from '../support/health.ts';
import { NEEDS_A_LIBRARY, runLua } from '../support/lua.ts';
import { type Recording, record } from '../support/recorder.ts';
import { customizations } from '../support/resource-customizations.ts';
import { SITUATIONS, type Situation } from '../support/situations.ts';

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 });

/**
 * Argo CD's scripts are tested with objects that the operator itself has written. Where its messages have changed, testdata
 * and health_test.yaml are written anew by: npm test -- --project deploy -u
 */
describe('health scripts of Argo CD', () => {
  let recording: Recording = new Map();
  beforeAll(async () => {
    recording = await record();
  });

  describe.each(customizations().map((customization) => [customization.kind, customization] as const))(
    '%s',
    (kind, customization) => {
      const situations = SITUATIONS.filter((situation) => situation.kind === kind);
      const named = situations.map((situation) => [situation.name, situation] as const);
      const path = ({ name }: Situation): string => `testdata/${name}.yaml`;

      test.each(named)('%s is what the operator writes', async (_name, situation) => {
        await expect(yaml(recording.get(situation))).toMatchFileSnapshot(
          join(customization.folder, path(situation)),
        );
      });

      test.each(named)('%s has the right health', (_name, situation) => {
        expect(healthOf(customization, recording.get(situation)).status).toBe(situation.health);
      });

      test("health_test.yaml, in the form of Argo CD's own tests, says the same", async () => {
        const tests = situations
          .filter((situation) => !isDeleting(recording.get(situation)))
          .map((situation) => ({
            inputPath: path(situation),
            healthStatus: healthOf(customization, recording.get(situation)),
          }));

        await expect(yaml({ tests })).toMatchFileSnapshot(join(customization.folder, 'health_test.yaml'));
      });

      test('there is no testdata of something that does not happen', () => {
        expect(readdirSync(join(customization.folder, 'testdata')).sort()).toEqual(
          situations.map(({ name }) => `${name}.yaml`).sort(),
        );
      });

      test('an object that has only its name is waited for', () => {
        expect(healthOf(customization, { metadata: { name: 'x' } })).toEqual({
          status: 'Progressing',
          message: 'Waiting for the operator',
        });
      });
    },
  );
});

describe('the Lua of the tests', () => {
  test.each(NEEDS_A_LIBRARY)('has no %s, as that of argocd-cm has none', (expression) => {
    expect(() => runLua(`return ${expression}`, {})).toThrow();
  });
});
