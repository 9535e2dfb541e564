/** The exit codes of the operator. The documentation is generated from here. */
export const exitCodes = {
  ok: { code: 0, meaning: 'A clean end after SIGTERM or SIGINT.' },
  failure: {
    code: 1,
    meaning: 'A failure that a restart may cure, such as the lost Lease of a leader. The log says which.',
  },
  configuration: {
    code: 2,
    meaning: 'A wrong setting. Standard error has one line for each; a restart changes nothing.',
  },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;
