/** Where an entry comes from. */
export type Source =
  | 'operation'
  | 'person'
  | 'status'
  | 'record'
  | 'instance'
  | 'replica'
  | 'fault'
  | 'open connectors'
  | 'log';

/** One thing that happened. */
export interface AuditLogEntry {
  /** Wall clock, milliseconds since the epoch. */
  readonly at: number;
  readonly source: Source;
  /** `namespace/name` of the connector; absent for what concerns all of them. */
  readonly subject: string | undefined;
  readonly text: string;
}

/** The event log of a run, in the order of observation. Holds no value of a Secret. */
export interface AuditLog {
  note(source: Source, text: string, subject?: string): void;
  /** Entries of one connector and those that concern all. */
  of(subject: string): readonly AuditLogEntry[];
}

export function createAuditLog(now: () => number): AuditLog {
  const entries: AuditLogEntry[] = [];
  return {
    note: (source, text, subject) => void entries.push({ at: now(), source, subject, text }),
    of: (wanted) => entries.filter(({ subject }) => subject === undefined || subject === wanted),
  };
}
