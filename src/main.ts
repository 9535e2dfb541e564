import { KubeConfig } from '@kubernetes/client-node';
import { type ComposedOperator, compose } from './compose.ts';
import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { exitCodes } from './config/exit-codes.ts';
import { renderUsage } from './config/reference.ts';
import { VERSION } from './config/version.ts';
import { ListenError } from './http/listener.ts';
import { systemClock } from './runtime/clock.ts';
import { systemRandom } from './runtime/random.ts';
import type { Logger } from './telemetry/log.ts';
import { startTracing, type Tracing } from './telemetry/tracing/start-tracing.ts';

await main();

/** The process: configuration, operator, signals, exit code. */
async function main(): Promise<void> {
  const requested = requestedText(process.argv.slice(2));
  if (requested !== undefined) {
    process.stdout.write(requested);
    return;
  }
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
    onStoppedLeading: () => void ending.begin(exitCodes.failure.code, 1_000),
  });
  const tracing = await tracingOf(config, composed.logger);
  const ending = createEnding(composed, tracing);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void ending.begin(exitCodes.ok.code, config.shutdownGraceMs));
  }
  try {
    await composed.start();
  } catch (error) {
    if (!ending.hasBegun()) {
      await ending.begin(reportStart(composed.logger, error), 0);
    }
  }
}

/** What `--help` and `--version` print; `undefined` without either. */
function requestedText(argv: readonly string[]): string | undefined {
  if (argv.includes('--help')) {
    return renderUsage();
  }
  return argv.includes('--version') ? `${VERSION}\n` : undefined;
}

async function tracingOf({ otlpEndpoint }: Config, logger: Logger): Promise<Tracing | undefined> {
  return otlpEndpoint === undefined
    ? undefined
    : await startTracing(otlpEndpoint, (error) => logger.warn({ error }, 'Failed to send traces'));
}

/** Logs why the operator could not start. Returns the exit code. */
function reportStart(logger: Logger, error: unknown): number {
  if (!(error instanceof ListenError)) {
    logger.error({ error }, 'Failed to start');
    return exitCodes.failure.code;
  }
  logger.error(error.message);
  // A port in use may be free after a restart; an unknown or forbidden address needs another setting.
  return error.code === 'EADDRINUSE' ? exitCodes.failure.code : exitCodes.configuration.code;
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

/** The kubeconfig; prints one line and returns `undefined` when it cannot be loaded. */
function cluster(): KubeConfig | undefined {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromDefault();
  } catch (error) {
    console.error(
      `Failed to load the kubeconfig: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
    return undefined;
  }
  return kubeConfig;
}

/** Time to send the remaining spans at the end. */
const FLUSH_MS = 2_000;

/** The end of the process. The first cause determines the exit code; later failures are consequences. */
interface Ending {
  hasBegun(): boolean;
  begin(code: number, graceMs: number): Promise<void>;
}

function createEnding(composed: ComposedOperator, tracing: Tracing | undefined): Ending {
  let ended: Promise<void> | undefined;
  const end = async (code: number, graceMs: number): Promise<void> => {
    process.exitCode = code;
    composed.logger.info({ code }, 'Stopping');
    await composed.stop(graceMs);
    if ((await tracing?.stop(FLUSH_MS)) === false) {
      // Everything else has ended; an unreachable collector must not delay the exit.
      process.exit();
    }
  };
  return {
    hasBegun: () => ended !== undefined,
    begin(code, graceMs) {
      ended ??= end(code, graceMs);
      return ended;
    },
  };
}
