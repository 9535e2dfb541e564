import { createHash } from 'node:crypto';
import type { ConnectorSpec } from './connector.ts';
import { ANNOTATIONS } from './group.ts';

type Annotated = {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
};

/** The longest value that status repeats unchanged. */
const ECHO_MAX_LENGTH = 256;

/** The longest reason of a pause that a condition shows. */
const PAUSE_REASON_MAX_LENGTH = 100;

/** The value of an annotation of the operator. */
export function annotationOf(object: Annotated, key: keyof typeof ANNOTATIONS): string | undefined {
  return object.metadata.annotations?.[ANNOTATIONS[key]];
}

/**
 * The value of a handled `reconcile-at`, `reauthorize-at` or `switch` in status, or its hash if it is longer than status allows.
 * Two requests are equal exactly when these are.
 */
export function echoOf(value: string): string {
  return value.length <= ECHO_MAX_LENGTH
    ? value
    : `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

/** The value to write when the annotation has a new value, compared with `handled` of status. */
export function requestOf(
  object: Annotated,
  key: 'reconcileAt' | 'reauthorizeAt' | 'switch',
  handled: string | undefined,
): string | undefined {
  const value = annotationOf(object, key);
  if (value === undefined || value === '') {
    return undefined;
  }
  const echo = echoOf(value);
  return echo === handled ? undefined : echo;
}

/** Whether reconciliation is suspended by the spec or paused by the annotation. Deletion is not. */
export function isSuspended(
  connector: Annotated & { readonly spec: Pick<ConnectorSpec, 'suspend'> },
): boolean {
  return connector.spec.suspend === true || isPaused(connector);
}

function isPaused(object: Annotated): boolean {
  const value = annotationOf(object, 'paused')?.trim() ?? '';
  return value !== '' && value !== 'false';
}

/**
 * The reason of a pause: the value of the annotation on one line, shortened; `undefined` without a reason or
 * annotation.
 */
export function pauseReasonOf(object: Annotated): string | undefined {
  const value = annotationOf(object, 'paused') ?? '';
  const line = value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return isPaused(object) && line !== 'true' ? shortened(line) : undefined;
}

function shortened(text: string): string {
  return text.length <= PAUSE_REASON_MAX_LENGTH ? text : `${text.slice(0, PAUSE_REASON_MAX_LENGTH - 1)}…`;
}

/** The reason to remove the finalizer without calls to Open Connectors; `undefined` if empty. */
export function abandonReasonOf(object: Annotated): string | undefined {
  const reason = annotationOf(object, 'abandon')?.trim();
  return reason === '' ? undefined : reason;
}

/** Whether an instance with the tags of another owner is taken over. */
export function takesOver(object: Annotated): boolean {
  return annotationOf(object, 'takeOver') === 'true';
}
