import { createHash } from 'node:crypto';
import type { ConnectorSpec } from './connector.ts';
import { ANNOTATIONS } from './group.ts';

type Annotated = {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
};

/** The longest value that status echoes as it is. */
const ECHO_MAX_LENGTH = 256;

/** The longest reason of a pause that a condition shows. */
const PAUSE_REASON_MAX_LENGTH = 100;

/** The value of one of our annotations. */
export function annotationOf(object: Annotated, key: keyof typeof ANNOTATIONS): string | undefined {
  return object.metadata.annotations?.[ANNOTATIONS[key]];
}

/**
 * What status shows of a handled `reconcile-at` or `reauthorize-at`: the value, or its hash where it is longer than
 * status allows. Two requests are the same exactly when their echoes are.
 */
export function echoOf(value: string): string {
  return value.length <= ECHO_MAX_LENGTH
    ? value
    : `sha256:${createHash('sha256').update(value).digest('hex')}`;
}

/** The echo to write when the annotation asks for something that `handled` (from status) does not show yet. */
export function requestOf(
  object: Annotated,
  key: 'reconcileAt' | 'reauthorizeAt',
  handled: string | undefined,
): string | undefined {
  const value = annotationOf(object, key);
  if (value === undefined || value === '') {
    return undefined;
  }
  const echo = echoOf(value);
  return echo === handled ? undefined : echo;
}

/** Whether all work but deletion stops, by the spec or by annotation. */
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
 * Why the connector is paused: the value of the annotation on one line, shortened; `undefined` where it is paused
 * without a reason, or not by the annotation.
 */
export function pauseReasonOf(object: Annotated): string | undefined {
  const value = annotationOf(object, 'paused') ?? '';
  const line = value.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return isPaused(object) && line !== 'true' ? shortened(line) : undefined;
}

function shortened(text: string): string {
  return text.length <= PAUSE_REASON_MAX_LENGTH ? text : `${text.slice(0, PAUSE_REASON_MAX_LENGTH - 1)}…`;
}

/** Why the finalizer is to be dropped without touching the remote side; an empty reason is none. */
export function abandonReasonOf(object: Annotated): string | undefined {
  const reason = annotationOf(object, 'abandon')?.trim();
  return reason === '' ? undefined : reason;
}

/** Whether an instance that another owner has marked is to be accepted. */
export function takesOver(object: Annotated): boolean {
  return annotationOf(object, 'takeOver') === 'true';
}
