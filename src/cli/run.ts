import { VERSION } from '../config/version.ts';
import { type Command, PROGRAM } from './command.ts';
import { authorize } from './commands/authorize.ts';
import { explain } from './commands/explain.ts';
import { importInstances } from './commands/import.ts';
import { migrate } from './commands/migrate.ts';
import { orphans } from './commands/orphans.ts';
import { planChanges } from './commands/plan.ts';
import { status } from './commands/status.ts';
import { version } from './commands/version.ts';
import { COMPLETE, printCompletions } from './completion/run.ts';
import type { CliContext } from './context.ts';
import { CliError, describeFailure } from './errors.ts';
import { type CliExit, cliExitCodes } from './exit-codes.ts';
import { commandHelp, overview } from './help.ts';
import { type Arguments, readArguments } from './input/arguments.ts';
import { COMMON_FLAGS, VERSION_FLAG } from './input/flags.ts';
import { printLines } from './render/output.ts';

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  authorize,
  status,
  explain,
  planChanges,
  importInstances,
  migrate,
  orphans,
  version,
];

/** Runs a command line (without program and script). Returns the exit code; never throws. */
export async function run(argv: readonly string[], context: CliContext): Promise<number> {
  if (argv[0] === COMPLETE) {
    await printCompletions(argv.slice(1), COMMANDS, context);
    return cliExitCodes.ok.code;
  }
  try {
    return cliExitCodes[await dispatch(argv, context)].code;
  } catch (error) {
    const { exit, lines } = describeFailure(error);
    printLines(context.output.printError, lines);
    return cliExitCodes[exit].code;
  }
}

async function dispatch(argv: readonly string[], context: CliContext): Promise<CliExit> {
  const allFlags = [...COMMON_FLAGS, VERSION_FLAG, ...COMMANDS.flatMap(({ flags }) => flags)];
  const general = readArguments(argv, allFlags);
  const [name, ...operands] = general.positionals;
  if (name === undefined) {
    return runWithoutCommand(general, context);
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const known = COMMANDS.map((candidate) => candidate.name).join(', ');
    throw new CliError('usage', `Unknown command. Commands: ${known}. See "${PROGRAM} --help".`);
  }
  if (general.given.has('help')) {
    return print(commandHelp(command), context);
  }
  // A short flag may be another flag of another command.
  const args = readArguments(
    argv,
    [...COMMON_FLAGS, ...command.flags],
    `unknown flag for "${command.name}". See "${PROGRAM} ${command.name} --help".`,
  );
  validateArguments(command, operands);
  return await command.run(args, operands, context);
}

function runWithoutCommand(args: Arguments, context: CliContext): CliExit {
  if (args.given.has('version')) {
    return print([VERSION], context);
  }
  if (args.given.has('help') || args.given.size === 0) {
    return print(overview(COMMANDS), context);
  }
  throw new CliError('usage', `Missing command. See "${PROGRAM} --help".`);
}

function print(lines: readonly string[], { output }: CliContext): CliExit {
  printLines(output.print, lines);
  return 'ok';
}

function validateArguments(command: Command, operands: readonly string[]): void {
  const help = `See "${PROGRAM} ${command.name} --help".`;
  const { min, max } = command.operandCount;
  if (operands.length < min) {
    throw new CliError('usage', `Missing argument ${command.operands}. ${help}`);
  }
  if (operands.length > max) {
    throw new CliError('usage', `Too many arguments for "${command.name}". ${help}`);
  }
}
