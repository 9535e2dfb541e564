/** How a command of the kubectl plugin can end. Declared once; the help text and a test of the documentation use it. */
export const cliExitCodes = {
  ok: { code: 0, meaning: 'Done.' },
  failure: { code: 1, meaning: 'The cluster or Open Connectors did not do what was asked.' },
  usage: { code: 2, meaning: 'The command line is wrong; nothing was done.' },
  person: {
    code: 3,
    meaning:
      'A person has to do something first: access was denied, the spec has to change, or the connector is stuck.',
  },
  timeout: { code: 4, meaning: 'The time of --timeout is over. The operator goes on by itself.' },
  interrupted: { code: 130, meaning: 'Ctrl-C.' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** The name of an exit code. */
export type CliExit = keyof typeof cliExitCodes;
