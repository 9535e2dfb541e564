/** The object that an Event is about. */
export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string | undefined;
}

/** One thing worth telling. `note` has to be free of secrets; it is cut at 1 kB. */
export interface RecordedEvent {
  readonly object: EventTarget;
  readonly type: 'Normal' | 'Warning';
  /** Why, in one CamelCase word: the condition's reason. */
  readonly reason: string;
  /** What the operator did or tried, in one CamelCase word. */
  readonly action: string;
  readonly note: string;
}

export class EventRecorder {
  /** Never throws, never waits. */
  record(_event: RecordedEvent): void {}
  async flush(_deadlineMs: number): Promise<void> {}
}
