import type { InfusionsoftConnector } from '../../../api/connector.ts';
import type { ConnectorPatch } from '../../cluster/resources.ts';
import type { Progress } from './progress.ts';

/** How a connector stands toward a change. */
export type Assessment =
  /** The change does not concern it. */
  | { readonly kind: 'other' }
  /** `details`: the fields that change. */
  | { readonly kind: 'planned'; readonly details: string }
  /** Changed by this or an earlier run; not finished. */
  | { readonly kind: 'started' }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly because: string };

/** The names of a change in output. */
export interface ChangeWords {
  /** `migrate`, as a verb in a sentence and in reports. */
  readonly verb: string;
  /** `migrated` */
  readonly done: string;
  /** The flags that select the change, without `--yes`. */
  readonly flags: readonly string[];
}

/** One kind of change that the command makes. */
export interface Change {
  readonly words: ChangeWords;
  /** Whether a GitOps tool would revert it. */
  readonly changesSpec: boolean;
  /** Whether the Secret of the OAuth client has to exist before the change. */
  readonly needsOAuthClient: boolean;
  /** The change that completes this one, with what a user does before it; absent where none does. */
  readonly next?: { readonly change: Change; readonly text: string };
  /** `now`: wall clock, milliseconds. */
  assess(connector: InfusionsoftConnector, now: number): Assessment;
  /** The patch for a connector that is `planned`. */
  patchOf(connector: InfusionsoftConnector, now: number): ConnectorPatch;
  /** Progress of a connector that is `started`. */
  progressOf(connector: InfusionsoftConnector): Progress;
}
