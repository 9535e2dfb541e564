import { trackUpdate } from '../apply/update.ts';
import { now } from '../context.ts';
import type { Track } from '../operations/create.ts';
import type { ResourceType } from '../resource-type.ts';
import { type Cause, forbiddenValue, invalid, invalidValue, requiredValue, tooLong } from '../status.ts';
import type { Exchange } from './context.ts';
import type { RequestInfo } from './request-info.ts';
import type { HttpRequest } from './wire.ts';

const longest = 128;

/** Reads `fieldManager`; empty when absent. Fails with 422 where it is too long, or holds what cannot be printed. */
export function readFieldManager(info: RequestInfo, optionsKind: string): string {
  return check(info, optionsKind, []);
}

/** Reads the options of a patch. `fieldManager` is required by an apply; `force` is allowed there only. Fails with 422. */
export function readPatchManager(
  info: RequestInfo,
  isApply: boolean,
): { readonly manager: string; readonly force: boolean } {
  const force = info.query.get('force');
  const missing = isApply && (info.query.get('fieldManager') ?? '') === '';
  const manager = check(info, 'PatchOptions', [
    ...(missing ? [requiredValue('fieldManager', 'is required for apply patch')] : []),
    ...(!isApply && force !== null
      ? [forbiddenValue('force', 'may not be specified for non-apply patch')]
      : []),
  ]);
  return { manager, force: force === 'true' || force === '1' };
}

/** Records the manager of fields: `manager`, or the user agent of the request. */
export function tracking(exchange: Exchange, type: ResourceType, manager: string): Track {
  const { context, info, request } = exchange;
  const write = {
    registry: context.registry,
    type,
    subresource: info.subresource,
    manager: manager || programOf(request),
    time: now(context),
  };
  return (next, stored) => trackUpdate(write, stored, next);
}

function check(info: RequestInfo, optionsKind: string, others: readonly Cause[]): string {
  const manager = info.query.get('fieldManager') ?? '';
  const causes = [...others, ...managerCauses(manager)];
  if (causes.length > 0) {
    throw invalid({ group: 'meta.k8s.io', resource: optionsKind }, '', causes);
  }
  return manager;
}

function managerCauses(manager: string): Cause[] {
  const causes = Buffer.byteLength(manager) > longest ? [tooLong('fieldManager', longest)] : [];
  const bad = [...manager].findIndex((character) => isUnprintable(character));
  if (bad >= 0) {
    const code = ([...manager][bad] ?? '').codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase().padStart(4, '0');
    causes.push(invalidValue('fieldManager', manager, `invalid character U+${hex} (at position ${bad})`));
  }
  return causes;
}

/** The first part of the user agent, `kubectl` of `kubectl/v1.34.1 (linux/amd64)`. */
function programOf(request: HttpRequest): string {
  const [program = ''] = (request.headers['user-agent'] ?? '').split('/');
  const printable = [...program].filter((character) => !isUnprintable(character)).join('');
  return printable.slice(0, longest) || 'unknown';
}

function isUnprintable(character: string): boolean {
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(character);
}
