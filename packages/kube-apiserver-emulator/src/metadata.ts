import {
  labelProblems,
  labelValueProblems,
  pathSegmentProblems,
  qualifiedNameProblems,
  subdomainProblems,
} from './names.ts';
import { type KubeObject, type ObjectMeta, sameJson } from './objects.ts';
import type { ResourceType } from './resource-type.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue, tooLong } from './status.ts';

const annotationBytes = 256 * 1024;
const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
const immutableFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** The field errors of the metadata of a new or changed object. */
export function metadataCauses(type: ResourceType, meta: ObjectMeta): Cause[] {
  return [
    ...nameCauses(type, meta),
    ...labelCauses(meta),
    ...annotationCauses(meta),
    ...ownerCauses(meta),
    ...finalizerCauses(type, meta),
  ];
}

/** What is wrong with a change of metadata, besides `metadataCauses`. */
export function metadataUpdateCauses(next: ObjectMeta, current: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  for (const field of immutableFields) {
    if (!sameJson(next[field], current[field])) {
      causes.push(invalidValue(`metadata.${field}`, next[field] ?? null, 'field is immutable'));
    }
  }
  const known = new Set(current.finalizers ?? []);
  const added = (next.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (current.deletionTimestamp !== undefined && added.length > 0) {
    const list = added.map((finalizer) => `"${finalizer}"`).join(', ');
    causes.push(
      forbiddenValue(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
      ),
    );
  }
  return causes;
}

/** Warnings about finalizers of custom resources that may collide with those of others. */
export function finalizerWarnings(object: KubeObject): string[] {
  return (object.metadata.finalizers ?? [])
    .filter((finalizer) => !standardFinalizers.has(finalizer) && !finalizer.includes('/'))
    .map(
      (finalizer) =>
        `metadata.finalizers: "${finalizer}": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    );
}

function nameCauses(type: ResourceType, meta: ObjectMeta): Cause[] {
  const name = meta.name ?? '';
  if (name === '') {
    return [requiredValue('metadata.name', 'name or generateName is required')];
  }
  const problemsOf = {
    label: labelProblems,
    subdomain: subdomainProblems,
    'path-segment': pathSegmentProblems,
  }[type.nameRule];
  return problemsOf(name).map((problem) => invalidValue('metadata.name', name, problem));
}

function labelCauses(meta: ObjectMeta): Cause[] {
  return Object.entries(meta.labels ?? {}).flatMap(([key, value]) =>
    [
      ...qualifiedNameProblems(key).map((problem) => [key, problem] as const),
      ...labelValueProblems(value).map((problem) => [value, problem] as const),
    ].map(([what, problem]) => invalidValue('metadata.labels', what, problem)),
  );
}

function annotationCauses(meta: ObjectMeta): Cause[] {
  const entries = Object.entries(meta.annotations ?? {});
  const causes = entries.flatMap(([key]) =>
    qualifiedNameProblems(key.toLowerCase()).map((problem) =>
      invalidValue('metadata.annotations', key, problem),
    ),
  );
  const size = entries.reduce(
    (total, [key, value]) => total + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return size > annotationBytes ? [...causes, tooLong('metadata.annotations', annotationBytes)] : causes;
}

function ownerCauses(meta: ObjectMeta): Cause[] {
  const owners = meta.ownerReferences ?? [];
  const field = 'metadata.ownerReferences';
  const causes = owners.flatMap((owner) => {
    const required = { apiVersion: 'version', kind: 'kind', name: 'name', uid: 'uid' } as const;
    return (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((key) => (owner[key] ?? '') === '')
      .map((key) => invalidValue(`${field}.${key}`, '', `${required[key]} must not be empty`));
  });
  if (owners.filter((owner) => owner.controller === true).length > 1) {
    causes.push(invalidValue(field, owners, 'Only one reference can have Controller set to true'));
  }
  return causes;
}

function finalizerCauses(type: ResourceType, meta: ObjectMeta): Cause[] {
  const finalizers = meta.finalizers ?? [];
  const causes = finalizers.flatMap((finalizer) =>
    qualifiedNameProblems(finalizer).map((problem) =>
      invalidValue('metadata.finalizers', finalizer, problem),
    ),
  );
  if (type.qualifiedFinalizers) {
    for (const [index, finalizer] of finalizers.entries()) {
      if (!standardFinalizers.has(finalizer) && !finalizer.includes('/')) {
        causes.push(
          invalidValue(
            `metadata.finalizers[${index}]`,
            finalizer,
            'name is neither a standard finalizer name nor is it fully qualified',
          ),
        );
      }
    }
  }
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    causes.push(
      invalidValue(
        'metadata.finalizers',
        finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
  return causes;
}
