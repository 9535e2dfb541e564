import { ApiError, type Cause } from '../status.ts';
import type { FieldSet } from './field-set.ts';
import type { Manager } from './managers.ts';

/** Fields of a write that other managers own. */
export interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** 409 that names each field and its owner. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const sorted = conflicts.toSorted((a, b) => (ownerText(a.manager) < ownerText(b.manager) ? -1 : 1));
  const causes = sorted.flatMap(({ manager, fields }) =>
    fields.paths().map(
      (field): Cause => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${ownerText(manager)}`,
        field,
      }),
    ),
  );
  return new ApiError(409, 'Conflict', message(causes, sorted), { causes });
}

function message(causes: readonly Cause[], conflicts: readonly Conflict[]): string {
  const [first, ...others] = causes;
  if (first !== undefined && others.length === 0) {
    return `Apply failed with 1 conflict: ${first.message}: ${first.field}`;
  }
  const lines = conflicts.flatMap(({ manager, fields }) => [
    `conflicts with ${ownerText(manager)}:`,
    ...fields.paths().map((path) => `- ${path}`),
  ]);
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`;
}

function ownerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const through = subresource === '' ? '' : ` with subresource "${subresource}"`;
  const using = operation === 'Update' ? ` using ${apiVersion}` : '';
  return `"${manager}"${through}${using}`;
}
