import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Random, systemRandom } from '../runtime/random.ts';
import { crossCheck } from './cross-checks.ts';
import { type ParsedSettings, parseSettings, problemLine } from './parse.ts';
import { settings } from './settings.ts';

/**
 * All settings, read once and frozen. Names ending in `Ms` are milliseconds. `podNamespace` is `undefined` outside of a
 * pod; the context of the kubeconfig applies then.
 */
export type Config = ParsedSettings & { readonly podName: string };

/** The sources of the configuration, besides the defaults. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Without the program and the script. */
  readonly argv: readonly string[];
  readonly hostname: string;
  readonly random: Random;
  /** The file's text, or `undefined` where it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
}

/** Invalid settings. `problems` has one line for each, without values, which may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Kubernetes mounts the namespace of the pod here. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** Reads and validates every setting. Flags take precedence over the environment. Throws `ConfigError`. */
export function loadConfig(sources: ConfigSources = systemSources()): Config {
  const { values, wrong, problems } = parseSettings(sources.env, sources.argv);
  const all = [...problems, ...crossCheck(values, wrong), ...checkFiles(values, sources)];
  if (all.length > 0) {
    throw new ConfigError(all);
  }
  // Without problems every value is present.
  const complete = values as ParsedSettings;
  return deepFreeze({
    ...complete,
    podNamespace: complete.podNamespace ?? sources.readFile(NAMESPACE_FILE)?.trim(),
    podName: complete.podName ?? randomIdentity(sources),
  });
}

/** The environment, arguments, host and files of the process. */
export function systemSources(): ConfigSources {
  return {
    env: process.env,
    argv: process.argv.slice(2),
    hostname: hostname(),
    random: systemRandom,
    readFile: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return undefined; // The caller says what its absence means.
      }
    },
  };
}

/** An invalid bundle would otherwise only surface as failed calls. */
function checkFiles(values: Partial<ParsedSettings>, sources: ConfigSources): readonly string[] {
  if (values.caFile === undefined) {
    return [];
  }
  const bundle = sources.readFile(values.caFile);
  if (bundle?.includes('-----BEGIN CERTIFICATE-----') === true) {
    return [];
  }
  const wrong =
    bundle === undefined ? 'names a file that cannot be read' : 'names a file without certificates';
  return [problemLine(settings.caFile, wrong, 'a file with PEM certificates')];
}

function randomIdentity({ hostname: host, random }: ConfigSources): string {
  return `${host}-${random.bytes(4).toString('hex')}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) {
      deepFreeze(inner);
    }
  }
  return value;
}
