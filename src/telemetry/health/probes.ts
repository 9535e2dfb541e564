import type { RequestHandler } from '../../http/listener.ts';
import { routes, text } from '../../http/routes.ts';
import type { Check } from './checks.ts';

/** The checks of each probe. */
export interface ProbeChecks {
  readonly liveness: () => readonly Check[];
  readonly readiness: () => readonly Check[];
}

/** `/healthz` and `/readyz`: 200 or 503, and one line for each check in the format of kube-apiserver. */
export function probeHandler({ liveness, readiness }: ProbeChecks): RequestHandler {
  return routes({
    '/healthz': () => answerOf('healthz', liveness()),
    '/readyz': () => answerOf('readyz', readiness()),
  });
}

function answerOf(name: string, checks: readonly Check[]): Response {
  const passed = checks.every(({ problem }) => problem === undefined);
  const lines = checks.map((check) =>
    check.problem === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: ${check.problem}`,
  );
  const result = `${name} check ${passed ? 'passed' : 'failed'}`;
  return text(passed ? 200 : 503, `${[...lines, result].join('\n')}\n`);
}
