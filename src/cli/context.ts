import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import type { Input } from './input/input.ts';
import type { Output } from './render/output.ts';

/** The environment of a command. */
export interface CliContext {
  readonly output: Output;
  readonly input: Input;
  readonly clock: Clock;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Calls `abort` at the next Ctrl-C, instead of ending the process, until the returned function is called. */
  readonly onInterrupt: (abort: () => void) => () => void;
}
