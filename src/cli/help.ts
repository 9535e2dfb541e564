import type { Command } from './command.ts';
import { cliExitCodes } from './exit-codes.ts';
import type { Flag } from './input/arguments.ts';
import { COMMON_FLAGS, VERSION_FLAG } from './input/flags.ts';
import { PROGRAM } from './program.ts';
import { alignColumns } from './render/table.ts';

/** Help without a command. */
export function overview(commands: readonly Command[]): string[] {
  return [
    'Works with the connectors of the Infusionsoft connector operator.',
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
    `"${PROGRAM} COMMAND --help" says more about a command.`,
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

function flagRow({ name, short, value, doc }: Flag): string[] {
  return [
    `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    doc,
  ];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  return alignColumns(rows).map((line) => `  ${line}`);
}
