import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ACCOUNT_NAMES, ANNOTATIONS, CONNECTOR_NAMES } from '../../../src/api/group.ts';
import { LUA_NOW, runLua } from '../support/lua.ts';
import { actionTestsOf, customizations, testdata } from '../support/resource-customizations.ts';

const discovered = z.record(
  z.string(),
  z.strictObject({ disabled: z.boolean(), displayName: z.string(), iconClass: z.string() }),
);
const annotated = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).default({}) }),
});

describe('actions of Argo CD', () => {
  test('are there for both kinds', () => {
    expect(customizations().map(({ kind, actions }) => [kind, [...actions.keys()].sort()])).toEqual([
      [CONNECTOR_NAMES.kind, ['pause', 'reauthorize', 'reconcile', 'resume', 'switch']],
      [ACCOUNT_NAMES.kind, ['reconcile']],
    ]);
  });

  describe.each(customizations().map((customization) => [customization.kind, customization] as const))(
    '%s',
    (_kind, customization) => {
      const { discoveryTests, actionTests } = actionTestsOf(customization);
      const input = (path: string): unknown => testdata(customization, `actions/${path}`);
      const script = (name: string): string => {
        const found = customization.actions.get(name);
        if (found === undefined) {
          throw new Error(`there is no action ${name}`);
        }
        return found;
      };

      test.each(discoveryTests.map(({ inputPath, result }) => [inputPath, result] as const))(
        'those for %s are found',
        (inputPath, result) => {
          const found = discovered.parse(runLua(customization.discovery, input(inputPath)));
          const listed = Object.entries(found).map(([name, action]) => ({ name, ...action }));

          expect(listed).toEqual(expect.arrayContaining([...result]));
          expect(listed.length).toBe(result.length);
          expect(listed.map(({ name }) => name).sort()).toEqual([...customization.actions.keys()].sort());
        },
      );

      test.each(actionTests.map((item) => [item.action, item] as const))(
        '%s changes what it should and nothing else',
        (action, { inputPath, expectedOutputPath }) => {
          expect(runLua(script(action), input(inputPath))).toEqual(input(expectedOutputPath));
        },
      );

      test('every action is tested', () => {
        expect([...new Set(actionTests.map(({ action }) => action))].sort()).toEqual(
          [...customization.actions.keys()].sort(),
        );
      });
    },
  );

  test.each([
    ['reconcile', ANNOTATIONS.reconcileAt, LUA_NOW],
    ['reauthorize', ANNOTATIONS.reauthorizeAt, LUA_NOW],
    ['switch', ANNOTATIONS.switch, LUA_NOW],
    ['pause', ANNOTATIONS.paused, 'true'],
  ])('%s sets the annotation that the operator reads', (action, annotation, value) => {
    const script = customizations()
      .find(({ kind }) => kind === CONNECTOR_NAMES.kind)
      ?.actions.get(action);
    const output = annotated.parse(runLua(script ?? '', { metadata: { name: 'crm' } }));

    expect(output.metadata.annotations).toEqual({ [annotation]: value });
  });
});
