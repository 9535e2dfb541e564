import { parseDuration } from '../../../src/api/duration.ts';
import { type Config, loadConfig } from '../../../src/config/config.ts';
import { settingList } from '../../../src/config/settings.ts';
import { systemRandom } from '../../../src/runtime/random.ts';

/** Milliseconds of a duration that is known to be one. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw new Error(`${text} is not a duration`);
  }
  return ms;
}

/** Variables that are not the operator's own but the libraries' or Node's. */
const foreign = /^(OTEL_|NODE_)/;

/** Names among `keys` that no setting has. */
export function unknownSettings(keys: readonly string[]): readonly string[] {
  const known = new Set(settingList().flatMap(({ env, aliases = [] }) => [env, ...aliases]));
  return keys.filter((key) => !known.has(key) && !foreign.test(key));
}

/** The configuration of a pod with this environment; every mounted file holds a certificate. Throws `ConfigError`. */
export function configurationOf(env: Readonly<Record<string, string>>): Config {
  return loadConfig({
    env: { POD_NAME: 'pod', POD_NAMESPACE: 'openconnectors-system', ...env },
    argv: [],
    hostname: 'pod',
    random: systemRandom,
    readFile: () => '-----BEGIN CERTIFICATE-----',
  });
}
