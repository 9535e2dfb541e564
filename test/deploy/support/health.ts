import { z } from 'zod';
import { runLua } from './lua.ts';
import type { Customization } from './resource-customizations.ts';

const healthSchema = z.strictObject({
  status: z.enum(['Healthy', 'Progressing', 'Suspended', 'Degraded']),
  message: z.string(),
});

const deletable = z.object({ metadata: z.object({ deletionTimestamp: z.string().optional() }) });

/** What Argo CD says about the health of an object. */
export type Health = z.infer<typeof healthSchema>;

/** Health as Argo CD finds it: a deletion comes before any script. */
export function healthOf(customization: Customization, object: unknown): Health {
  if (isDeleting(object)) {
    return { status: 'Progressing', message: 'Pending deletion' };
  }
  return healthSchema.parse(runLua(customization.health, object));
}

/** Whether Argo CD does not ask the script at all. */
export function isDeleting(object: unknown): boolean {
  return deletable.parse(object).metadata.deletionTimestamp !== undefined;
}
