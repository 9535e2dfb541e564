import type { Context } from '../context.ts';
import { isJsonObject, type JsonObject } from '../objects.ts';
import type { DeleteOptions } from '../operations/delete.ts';
import type { ListRequest } from '../operations/list.ts';
import type { Presentation } from '../render/present.ts';
import type { IncludeObject } from '../render/table.ts';
import type { ResourceType } from '../resource-type.ts';
import { parseFieldSelector, parseLabelSelector, type Selector } from '../selectors.ts';
import {
  badRequest,
  forbiddenValue,
  internalError,
  invalid,
  invalidValue,
  unsupportedValue,
} from '../status.ts';
import { negotiate } from './negotiation.ts';
import type { RequestInfo } from './request-info.ts';

/** How to treat unknown fields. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Reads `dryRun`. Fails with 422. */
export function readDryRun(info: RequestInfo, optionsKind: string): boolean {
  const values = info.query.getAll('dryRun');
  if (values.some((value) => value !== 'All')) {
    throw invalid({ group: 'meta.k8s.io', resource: optionsKind }, '', [
      {
        ...unsupportedValue('dryRun', values, ['All']),
        message: `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`,
      },
    ]);
  }
  return values.length > 0;
}

/** Reads `fieldValidation`; servers warn unless told otherwise. Fails with 422. */
export function readFieldValidation(info: RequestInfo, optionsKind: string): FieldValidation {
  const value = info.query.get('fieldValidation') ?? '';
  if (value === '') {
    return 'Warn';
  }
  if (value === 'Ignore' || value === 'Warn' || value === 'Strict') {
    return value;
  }
  throw invalid({ group: 'meta.k8s.io', resource: optionsKind }, '', [
    unsupportedValue('fieldValidation', value, ['', 'Ignore', 'Strict', 'Warn']),
  ]);
}

/** Reads how the answer is to look. Fails with 406. */
export function readPresentation(
  context: Context,
  info: RequestInfo,
  accept: string | undefined,
): Presentation {
  const include = info.query.get('includeObject') ?? 'Metadata';
  if (!isIncludeObject(include)) {
    throw badRequest(`unrecognized includeObject value: "${include}"`);
  }
  return { ...negotiate(accept), include, nowMs: context.clock.now() };
}

function isIncludeObject(value: string): value is IncludeObject {
  return value === 'None' || value === 'Metadata' || value === 'Object';
}

/** Reads both selectors. Fails with 400. */
export function readSelectors(
  type: ResourceType,
  info: RequestInfo,
): { readonly labels: Selector; readonly fields: Selector } {
  const labels = parseLabelSelector(info.query.get('labelSelector') ?? '');
  const asked = parseFieldSelector(info.query.get('fieldSelector') ?? '');
  const stored = new Map<string, string>();
  for (const name of asked.names) {
    const label = type.fieldLabel(name);
    if (label === undefined) {
      throw badRequest(`field label not supported: ${name}`);
    }
    stored.set(name, label);
  }
  const fields: Selector = asked.empty
    ? asked
    : {
        ...asked,
        matches: (values) =>
          asked.matches(Object.fromEntries([...stored].map(([name, label]) => [name, values[label] ?? '']))),
      };
  return { labels, fields };
}

/** Reads a `resourceVersion`; 0 when absent. Fails as servers do: with 500. */
export function readResourceVersion(info: RequestInfo): number {
  const value = info.query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(value)) {
    throw internalError(
      `resourceVersion: Invalid value: "${value}": strconv.ParseUint: parsing "${value}": invalid syntax`,
    );
  }
  return Number(value);
}

/** Reads the query of a list. Fails with 400 and 422. */
export function readListRequest(type: ResourceType, info: RequestInfo): ListRequest {
  const limit = info.query.get('limit') ?? '0';
  if (!/^-?\d+$/.test(limit)) {
    throw badRequest(`strconv.ParseInt: parsing "${limit}": invalid syntax`);
  }
  const continueToken = info.query.get('continue') ?? '';
  const match = info.query.get('resourceVersionMatch') ?? '';
  const resourceVersion = readResourceVersion(info);
  checkVersionMatch(match, info.query.get('resourceVersion') ?? '', continueToken);
  return {
    namespace: type.namespaced ? info.namespace : '',
    ...readSelectors(type, info),
    limit: Number(limit),
    continueToken,
    resourceVersion,
    // With a limit, a version that is given exactly names the moment: pages have to agree on one.
    exact: match === 'Exact' || (match === '' && Number(limit) > 0 && resourceVersion > 0),
  };
}

function checkVersionMatch(match: string, resourceVersion: string, continueToken: string): void {
  const fail = (cause: Parameters<typeof invalid>[2][number]): never => {
    throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions' }, '', [cause]);
  };
  const field = 'resourceVersionMatch';
  if (match === '') {
    if (continueToken !== '' && resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    return;
  }
  if (resourceVersion === '') {
    fail(forbiddenValue(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  }
  if (continueToken !== '') {
    fail(forbiddenValue(field, 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    fail(unsupportedValue(field, match, ['Exact', 'NotOlderThan', '']));
  }
  if (match === 'Exact' && resourceVersion === '0') {
    fail(forbiddenValue(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
}

/** Reads DeleteOptions from the body and, where that is empty, the query. Fails with 422. */
export function readDeleteOptions(info: RequestInfo, body: JsonObject | undefined): DeleteOptions {
  const given = body ?? {
    propagationPolicy: info.query.get('propagationPolicy') ?? undefined,
    orphanDependents: info.query.get('orphanDependents') ?? undefined,
  };
  const policy = policyOf(given);
  // A server reads the query only where there is no body.
  const dryRun =
    body === undefined
      ? readDryRun(info, 'DeleteOptions')
      : Array.isArray(given['dryRun']) && given['dryRun'].includes('All');
  const preconditions = isJsonObject(given['preconditions']) ? given['preconditions'] : {};
  const { uid, resourceVersion } = preconditions;
  return {
    dryRun,
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  };
}

function policyOf(given: JsonObject): DeleteOptions['propagationPolicy'] {
  const { propagationPolicy: policy, orphanDependents: orphan } = given;
  const fail = (cause: Parameters<typeof invalid>[2][number]): never => {
    throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions' }, '', [cause]);
  };
  if (policy === undefined || policy === null) {
    if (orphan === undefined || orphan === null) {
      return undefined;
    }
    return orphan === true || orphan === 'true' ? 'Orphan' : 'Background';
  }
  if (orphan !== undefined && orphan !== null) {
    fail(
      invalidValue(
        'propagationPolicy',
        policy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  }
  if (policy === 'Foreground' || policy === 'Background' || policy === 'Orphan') {
    return policy;
  }
  return fail(unsupportedValue('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
}
