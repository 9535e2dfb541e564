import { z } from 'zod';
import { EVENT_RESOURCES } from '../provider/events.ts';
import { DEFAULT_SECRET_KEYS } from '../provider/secret-keys.ts';
import { refuseRepeats, secretKeyRef } from './fields.ts';

/** Whole minutes in the form of a Go duration. */
export const POLL_INTERVAL_PATTERN = /^([1-9][0-9]?h([1-9][0-9]?m)?|[1-9][0-9]{0,3}m)$/;

/** The interval of polls where the spec has none, in minutes. */
export const DEFAULT_POLL_MINUTES = 15;

/** `spec.events` of an InfusionsoftConnector. */
export const eventsSchema = z
  .strictObject({
    callbackUrl: z
      .string()
      .min(1)
      .max(1000)
      .describe(
        'The https URL that Open Connectors sends events to. The setting ALLOWED_EVENT_HOSTS of the operator lists the accepted hosts.',
      ),
    signatureKeySecretRef: secretKeyRef(
      'signature key',
      DEFAULT_SECRET_KEYS.signatureKey,
      'The key that Open Connectors signs events with (header Elements-Webhook-Signature). Absent: events are not signed.',
    ).optional(),
    pollInterval: z
      .string()
      .min(1)
      .max(8)
      .optional()
      .describe(
        `Time between two polls, in whole minutes. Each poll costs one call of Keap for each resource. Absent: ${DEFAULT_POLL_MINUTES}m.`,
      ),
    resources: z
      .array(z.enum(EVENT_RESOURCES))
      .min(1)
      .max(EVENT_RESOURCES.length)
      .superRefine(refuseRepeats)
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe('The resources whose changes are polled.'),
  })
  .describe(
    'Events about changes in Infusionsoft, found by polling. Only with infusionsoftrest. When the field is removed, events are disabled.',
  );
