import { KubeConfig } from '@kubernetes/client-node';
import { type ComposedOperator, compose } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { exitCodes } from './exit-codes.ts';
import { systemClock } from './runtime/clock.ts';
import { systemRandom } from './runtime/random.ts';

await main();

/** The process: configuration, operator, signals, exit code. */
async function main(): Promise<void> {
  const config = configuration();
  const kubeConfig = config && cluster();
  if (config === undefined || kubeConfig === undefined) {
    process.exitCode = exitCodes.configuration.code;
    return;
  }
  const composed = compose({
    config,
    kubeConfig,
    clock: systemClock,
    random: systemRandom,
    onStoppedLeading: () => void end(composed, exitCodes.failure.code, 1_000),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void end(composed, exitCodes.ok.code, config.shutdownGraceMs));
  }
  try {
    await composed.operator.start();
  } catch (error) {
    composed.logger.error({ error }, 'Failed to start');
    await end(composed, exitCodes.failure.code, 0);
  }
}

function configuration(): Config | undefined {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    for (const problem of error.problems) {
      console.error(problem);
    }
    return undefined;
  }
}

/** The kubeconfig, or one line about why there is none that can be used. */
function cluster(): KubeConfig | undefined {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromDefault();
  } catch (error) {
    console.error(
      `KUBECONFIG names a file that cannot be used: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
    return undefined;
  }
  return kubeConfig;
}

async function end(composed: ComposedOperator, code: number, graceMs: number): Promise<void> {
  process.exitCode = code;
  composed.logger.info({ code }, 'Stopping');
  await composed.stop(graceMs);
}
