import { type Command, PROGRAM } from './command.ts';
import { cliExitCodes } from './exit-codes.ts';
import type { Flag } from './input/arguments.ts';
import { COMMON_FLAGS, VERSION_FLAG } from './input/flags.ts';
import { alignIndented } from './render/table.ts';

/** Help of the plugin. */
export function overview(commands: readonly Command[]): string[] {
  return [
    'Authorize and inspect the connectors of the Infusionsoft connector operator.',
    '',
    'Usage:',
    `  ${PROGRAM} COMMAND [flags]`,
    '',
    'Commands:',
    ...indented(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Flags:',
    ...indented([...COMMON_FLAGS, VERSION_FLAG].map(flagRow)),
    '',
    'Exit codes:',
    ...indented(Object.values(cliExitCodes).map(({ code, meaning }) => [String(code), meaning])),
    '',
    `Use "${PROGRAM} COMMAND --help" for more information about a command.`,
  ];
}

/** Help of one command. */
export function commandHelp({ name, operands, description, flags, examples }: Command): string[] {
  return [
    ...description.flatMap((paragraph) => [paragraph, '']),
    'Usage:',
    `  ${[PROGRAM, name, operands, '[flags]'].filter((part) => part !== '').join(' ')}`,
    '',
    'Examples:',
    ...examples.map((example) => `  ${PROGRAM} ${example}`),
    '',
    'Flags:',
    ...indented([...flags, ...COMMON_FLAGS].map(flagRow)),
  ];
}

function flagRow({ name, short, value, description }: Flag): string[] {
  return [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    description,
  ];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return alignIndented(rows);
}
