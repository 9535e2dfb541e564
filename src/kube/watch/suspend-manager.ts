import { isRecord } from '../client/object.ts';

/** The longest name that is kept, in characters. */
const MAX_LENGTH = 64;

/**
 * The field manager that set `spec.suspend`, from `metadata.managedFields`; the latest one where several share the field.
 * `undefined`: the field is not set, or nothing is recorded.
 */
export function suspendManagerOf(managedFields: unknown): string | undefined {
  const entries = Array.isArray(managedFields) ? managedFields.filter(isRecord) : [];
  const latest = entries
    .filter(({ manager, fieldsV1 }) => typeof manager === 'string' && setsSuspend(fieldsV1))
    .sort((a, b) => String(a['time'] ?? '').localeCompare(String(b['time'] ?? '')))
    .at(-1)?.['manager'];
  return typeof latest === 'string' ? bounded(latest) : undefined;
}

function setsSuspend(fields: unknown): boolean {
  const spec = isRecord(fields) ? fields['f:spec'] : undefined;
  return isRecord(spec) && 'f:suspend' in spec;
}

/** Any client chooses its name: one line without quotes. */
function bounded(name: string): string | undefined {
  const line = name
    .replaceAll(/[\p{Cc}\s"]+/gu, ' ')
    .trim()
    .slice(0, MAX_LENGTH)
    .trim();
  return line === '' ? undefined : line;
}
