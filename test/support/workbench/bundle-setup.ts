import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleOperatorModule } from '../../../scripts/build/bundle.ts';

/** Suites that are started after it run the operator with the dependencies that the image has. */
export async function setup(): Promise<() => void> {
  // In node_modules, so that the test runner imports it as it is.
  const folder = mkdtempSync(join(import.meta.dirname, '../../../node_modules/.operator-'));
  const file = await bundleOperatorModule('test/support/workbench/operator.ts', folder);
  process.env['OPERATOR_BUNDLE'] = pathToFileURL(file).href;
  return () => rmSync(folder, { recursive: true, force: true });
}
