import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasGopherLua, type LuaRun, runGopherLua } from '../support/gopher-lua.ts';
import { LUA_NOW, NEEDS_A_LIBRARY, runLua } from '../support/lua.ts';
import { type Customization, customizations, testdata } from '../support/resource-customizations.ts';
import { rewritten } from '../support/rewritten.ts';

/** Every object that tests of the customization use. */
function objectsOf(customization: Customization): readonly (readonly [string, unknown])[] {
  return ['testdata', 'actions/testdata'].flatMap((folder) =>
    readdirSync(join(customization.folder, folder)).map((name) => {
      const path = `${folder}/${name}`;
      return [path, testdata(customization, path)] as const;
    }),
  );
}

const scriptsOf = ({ health, discovery, actions }: Customization): readonly (readonly [string, string])[] => [
  ['health', health],
  ['discovery', discovery],
  ...actions,
];

/** A result in which the time of the run is the time that the other engine gives. */
function withoutTime(value: unknown, from: number): unknown {
  const isNow = (text: string): boolean =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && Date.parse(text) >= from;
  return rewritten(
    value,
    (text) => (isNow(text) ? LUA_NOW : text),
    () => true,
  );
}

describe.skipIf(!hasGopherLua)('the engine of Argo CD (needs ARGOCD_LUA)', () => {
  describe.each(customizations().map((customization) => [customization.kind, customization] as const))(
    '%s',
    (_kind, customization) => {
      test.each(scriptsOf(customization))(
        '%s returns what the engine of the other tests returns',
        (_name, script) => {
          const objects = objectsOf(customization);
          const runs: readonly LuaRun[] = objects.map(([, object]) => ({ script, object }));
          // The engine's time has no fractions.
          const from = Math.floor(Date.now() / 1_000) * 1_000;
          const results = runGopherLua(runs);

          expect(results).toHaveLength(objects.length);
          for (const [index, [path, object]] of objects.entries()) {
            expect(results[index]?.error, path).toBeUndefined();
            expect(withoutTime(results[index]?.value, from), path).toEqual(runLua(script, object));
          }
        },
      );
    },
  );

  test.each(NEEDS_A_LIBRARY)('has no %s', (expression) => {
    const [result] = runGopherLua([{ script: `return { value = ${expression} }`, object: {} }]);
    expect(result?.error).toBeDefined();
  });
});
