import { defineConfig } from 'vitest/config';
import { timeLimit } from '../../packages/test-kit/src/time-limit.ts';
import { keepThreadWarm } from './warm-pool.ts';

/** Folders of unit tests that cover the mutated code. */
const COVERING = ['connector', 'account', 'reconciler', 'authorization', 'ownership', 'secrets', 'kube'];

/** Suites that cost more than they add here: random inputs, and whole processes. */
const SLOW = [
  'connector/decide/{coverage,invariants}',
  'connector/plan/any-state',
  'connector/report/message-limits',
  'connector/act/{any-answers,outage}',
  'reconciler/bounded-status',
  'kube/{dependencies,events,plain-library,pooled-config,reliable-operator,rest,work-queue}',
];

export default defineConfig({
  plugins: [{ name: 'keep-thread-warm', configureVitest: keepThreadWarm }],
  test: {
    include: COVERING.map((folder) => `test/unit/${folder}/**/*.test.ts`),
    exclude: SLOW.map((suite) => `test/unit/${suite}.test.ts`),
    setupFiles: ['test/mutation/no-mutant-while-loading.ts', 'test/support/vitest-setup.ts'],
    reporters: [{}],
    testTimeout: timeLimit(5_000),
    expect: { poll: { timeout: timeLimit(3_000) } },
    // Modules are loaded once for all suites: most of the time of a short suite is their loading.
    isolate: false,
    cache: false,
    deps: { interopDefault: false },
  },
});
