import type { z } from 'zod';
import { connectorSpecSchema, type InfusionsoftConnector } from '../../../api/connector.ts';
import { GROUP } from '../../../api/group.ts';

/** The annotation with the parts of the spec that infusionsoftrest forbids, as JSON: references and names, no values. */
export const MIGRATED_FROM = `${GROUP}/migrated-from`;

const partsSchema = connectorSpecSchema.pick({ encryptedKeySecretRef: true });

/** The parts of a spec that a migration removes and a rollback restores. */
export type LegacyParts = z.infer<typeof partsSchema>;

/** The names of these parts. */
export const LEGACY_PARTS = Object.keys(partsSchema.shape) as readonly (keyof LegacyParts)[];

/** The parts that a migration removes from `spec`. */
export function legacyPartsOf({ spec }: InfusionsoftConnector): LegacyParts {
  const parts = partsSchema.safeParse(
    Object.fromEntries(
      LEGACY_PARTS.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])),
    ),
  );
  return parts.success ? parts.data : {};
}

/** The parts of the annotation; `undefined` without it, `invalid` where it is not the text of a migration. */
export function migratedFromOf({ metadata }: InfusionsoftConnector): LegacyParts | 'invalid' | undefined {
  const text = metadata.annotations?.[MIGRATED_FROM];
  if (text === undefined) {
    return undefined;
  }
  const parts = partsSchema.safeParse(parseJson(text));
  return parts.success ? parts.data : 'invalid';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Invalid JSON is as invalid as JSON of another form.
  }
}
