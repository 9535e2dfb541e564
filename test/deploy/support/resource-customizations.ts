import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..', '..', 'deploy', 'argocd', 'resource_customizations');
const group = 'openconnectors.dev';

/** The folder of one kind, in the layout of Argo CD's own `resource_customizations`. */
export interface Customization {
  readonly kind: string;
  readonly folder: string;
  readonly health: string;
  readonly discovery: string;
  /** The script of each action, by its name. */
  readonly actions: ReadonlyMap<string, string>;
}

/** Every kind that has customizations. */
export function customizations(): readonly Customization[] {
  return readdirSync(join(root, group)).map((kind) => {
    const folder = join(root, group, kind);
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    const actions = readdirSync(join(folder, 'actions'))
      .filter((name) => existsSync(join(folder, 'actions', name, 'action.lua')))
      .map((name) => [name, read(`actions/${name}/action.lua`)] as const);
    return {
      kind,
      folder,
      health: read('health.lua'),
      discovery: read('actions/discovery.lua'),
      actions: new Map(actions),
    };
  });
}

const actionTests = z.object({
  discoveryTests: z.array(
    z.strictObject({
      inputPath: z.string(),
      result: z.array(
        z.strictObject({
          name: z.string(),
          disabled: z.boolean(),
          displayName: z.string(),
          iconClass: z.string(),
        }),
      ),
    }),
  ),
  actionTests: z.array(
    z.strictObject({ action: z.string(), inputPath: z.string(), expectedOutputPath: z.string() }),
  ),
});

const readYaml = (folder: string, path: string): unknown => parse(readFileSync(join(folder, path), 'utf8'));

/** `actions/action_test.yaml`. */
export const actionTestsOf = ({ folder }: Customization) =>
  actionTests.parse(readYaml(folder, 'actions/action_test.yaml'));

/** An object of `testdata`. */
export const testdata = ({ folder }: Customization, path: string): unknown => readYaml(folder, path);
