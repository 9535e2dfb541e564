import { z } from 'zod';

/** A DNS-1123 subdomain: what the API server accepts as the name of a Secret or of a custom resource. */
export const RESOURCE_NAME_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What the API server accepts as a key in a Secret's `data`. */
export const SECRET_KEY_PATTERN = /^[-._a-zA-Z0-9]+$/;

/** A name of an object in the same namespace. */
export function resourceName(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(
      RESOURCE_NAME_PATTERN,
      'must be a name of lower case letters, digits, "-" and ".", that starts and ends with a letter or a digit',
    )
    .describe(description);
}

/** A key in a Secret's `data`. */
export function secretKey(description: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(253)
    .regex(SECRET_KEY_PATTERN, 'must be a key of letters, digits, "-", "_" and "."')
    .describe(description);
}

/** A free text of at most `maxLength` characters (code points, as Kubernetes counts them; zod's `max` counts UTF-16 units). */
export function boundedText(maxLength: number): z.ZodString {
  return z
    .string()
    .refine((text) => text.length <= maxLength || [...text].length <= maxLength, {
      message: `must be at most ${maxLength} characters long`,
    })
    .meta({ maxLength });
}

/** Marks a reference as one value: a server-side apply replaces it as a whole. */
export const ATOMIC = { 'x-kubernetes-map-type': 'atomic' } as const;

/** A reference to one value in a Secret. */
export function secretKeyRef(value: string, defaultKey: string, description: string) {
  return z
    .strictObject({
      name: resourceName('Name of the Secret.'),
      key: secretKey(`Key of the ${value}. Absent: ${defaultKey}.`).optional(),
    })
    .meta(ATOMIC)
    .describe(description);
}

/** A time in RFC 3339, written by the operator only. */
export function moment(description: string): z.ZodString {
  return z.string().max(64).meta({ format: 'date-time', description });
}

/** A text in status. The bounds are wide, because a rejected status update would hide the problem. */
export function statusText(maxLength: number, description: string): z.ZodString {
  return z.string().max(maxLength).describe(description);
}

/** A Secret value that was applied, by its fingerprint. */
export const usedCredentialSchema = z
  .object({
    secretName: z.string().max(253).describe('Name of the Secret.'),
    key: z.string().max(253).describe('Key in the Secret.'),
    resourceVersion: statusText(128, 'resourceVersion of the Secret when it was read last.').optional(),
    fingerprint: statusText(128, 'Keyed hash of the value that was used last; never the value.').optional(),
  })
  .describe('A Secret value that is in use, by its fingerprint.');

/** All Secret values in use. */
export const usedCredentialsSchema = z
  .array(usedCredentialSchema)
  .max(16)
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['secretName', 'key'] })
  .describe('The Secret values in use, each with a keyed hash that detects changes.');

/** Consecutive failures, so that the backoff survives a restart. */
export const failuresSchema = z
  .object({
    count: z.int().min(0).describe('Number of consecutive failures.'),
    lastReason: statusText(1024, 'Reason of the last failure.').optional(),
    nextAttemptAt: moment('Time of the next attempt.').optional(),
  })
  .describe('Consecutive failures, so that the backoff survives a restart of the operator.');

/** `-1` before the first reconciliation (schema default of status). */
export const observedGenerationSchema = z
  .int()
  .min(-1)
  .describe('The generation of the spec that was reconciled last; -1 before the first reconciliation.');

/** Default of `status`: without it, kstatus reports a resource as current before the first reconciliation. */
export const STATUS_DEFAULT = { observedGeneration: -1 } as const;

/** What `x-kubernetes-list-type: set` means to the API server. */
export function refuseRepeats(values: readonly string[], context: z.RefinementCtx): void {
  const index = values.findIndex((value, at) => values.indexOf(value) < at);
  if (index !== -1) {
    context.addIssue({ code: 'custom', path: [index], message: 'is there already: remove it' });
  }
}
