import { defineConfig } from 'vitest/config';
import { timeLimit } from './packages/test-kit/src/time-limit.ts';

/** File for a report that programs can read, besides the one for people. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    pool: 'forks',
    maxWorkers: 2,
    setupFiles: ['test/support/vitest-setup.ts'],
    expect: { poll: { timeout: timeLimit(10_000) } },
    hookTimeout: timeLimit(60_000),
    teardownTimeout: timeLimit(10_000),
    // Modules are imported as Node does it: a CommonJS package's `default` is not unwrapped.
    deps: { interopDefault: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          testTimeout: timeLimit(20_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          testTimeout: timeLimit(60_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          testTimeout: timeLimit(600_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: timeLimit(60_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: timeLimit(1_200_000),
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [
            'test/support/controlplane/global-setup.ts',
            'test/support/workbench/bundle-setup.ts',
          ],
          testTimeout: timeLimit(120_000),
        },
      },
    ],
  },
});
