import { join } from 'node:path';
import { type PluginProcess, startPlugin } from '../../support/cli/plugin.ts';
import { DemoFailure } from '../failure.ts';
import type { Screen } from '../screen.ts';
import type { Stage } from '../stage.ts';

const bundled = join(import.meta.dirname, '..', '..', '..', 'dist', 'kubectl-openconnectors.js');

/** The kubectl plugin at the terminal of the user, whose working directory is the folder of the demo. */
export interface Plugin {
  /** Runs a command and shows it with its output. Fails for another exit code than `code` (0). */
  run(args: readonly string[], code?: number): Promise<void>;
  /** The same; once the output matches `pattern`, `meanwhile` runs while the command waits. */
  runWhile(args: readonly string[], pattern: RegExp, meanwhile: () => Promise<void>): Promise<void>;
  /** Flags with which a command reaches the simulator instead of SAP. */
  readonly simulatorFlags: readonly string[];
  /** Ends the command that runs. */
  stop(): void;
}

/** The plugin in the namespace `namespace`. */
export function pluginOf(
  { simulator, kubeconfig, folder }: Stage,
  namespace: string,
  screen: Screen,
): Plugin {
  const running = new Set<PluginProcess>();
  const start = (args: readonly string[]): PluginProcess => {
    const all = [...args, '-n', namespace];
    screen.command(`kubectl openconnectors ${all.join(' ')}`);
    const plugin = startPlugin(
      all,
      { KUBECONFIG: kubeconfig, HOME: folder },
      { program: [process.execPath, '--disable-warning=ExperimentalWarning', bundled], folder },
    );
    running.add(plugin);
    return plugin;
  };
  /** Shows what was printed after the first `shown` characters. */
  const end = async (plugin: PluginProcess, shown: number, code: number): Promise<void> => {
    const result = await plugin.ended;
    running.delete(plugin);
    screen.verbatim(plugin.printed().slice(shown));
    if (result.code !== code) {
      throw new DemoFailure(`The command ended with ${result.code} instead of ${code}.`);
    }
  };
  return {
    simulatorFlags: ['--ca-file', 'ca.pem', '--allow-host', `localhost:${simulator.port}`],
    run: (args, code = 0) => end(start(args), 0, code),
    async runWhile(args, pattern, meanwhile) {
      const plugin = start(args);
      await plugin.shows(pattern);
      const printed = plugin.printed();
      screen.verbatim(printed);
      await meanwhile();
      await end(plugin, printed.length, 0);
    },
    stop() {
      for (const plugin of running) {
        plugin.kill();
      }
    },
  };
}
