/** Exit codes of the kubectl plugin. Help and documentation show this table. */
export const cliExitCodes = {
  ok: { code: 0, meaning: 'Success.' },
  failure: { code: 1, meaning: 'Request to the cluster failed, or unexpected error.' },
  usage: { code: 2, meaning: 'Invalid command line; nothing changed.' },
  userAction: {
    code: 3,
    meaning: 'User action required: consent denied or pending, spec incomplete, or connector blocked.',
  },
  timeout: { code: 4, meaning: 'Timeout expired (--timeout); the operator continues.' },
  changesPlanned: { code: 5, meaning: 'Changes are planned (plan).' },
  interrupted: { code: 130, meaning: 'Interrupted (Ctrl-C).' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** The name of an exit code. */
export type CliExit = keyof typeof cliExitCodes;
