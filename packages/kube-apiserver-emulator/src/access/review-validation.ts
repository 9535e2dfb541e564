import { type KubeObject, objectOf, stringOf } from '../objects.ts';
import { type Cause, invalid, invalidValue } from '../status.ts';

/** Fails with 422 for a review without attributes, with both kinds, without a subject, or with a namespace that differs from its path. */
export function checkReview(review: KubeObject, namespace: string): void {
  const causes = [...attributeCauses(review), ...subjectCauses(review), ...placeCauses(review, namespace)];
  if (causes.length > 0) {
    throw invalid({ group: 'authorization.k8s.io', resource: '' }, '', causes);
  }
}

function attributeCauses(review: KubeObject): Cause[] {
  const { resourceAttributes, nonResourceAttributes } = objectOf(review['spec']);
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    return [invalidValue('spec.resourceAttributes', 'null', why)];
  }
  if (resourceAttributes === undefined || nonResourceAttributes === undefined) {
    return [];
  }
  const { path, verb } = objectOf(nonResourceAttributes);
  const shown = `authorization.NonResourceAttributes{Path:"${stringOf(path)}", Verb:"${stringOf(verb)}"}`;
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${shown}: cannot be specified in combination with resourceAttributes`,
      field: 'spec.nonResourceAttributes',
    },
  ];
}

function subjectCauses(review: KubeObject): Cause[] {
  const { user, groups } = objectOf(review['spec']);
  const needed = review.kind !== 'SelfSubjectAccessReview' && user === undefined && groups === undefined;
  return needed ? [invalidValue('spec.user', '', 'at least one of user or group must be specified')] : [];
}

function placeCauses(review: KubeObject, namespace: string): Cause[] {
  const asked = stringOf(objectOf(objectOf(review['spec'])['resourceAttributes'])['namespace']);
  return review.kind === 'LocalSubjectAccessReview' && asked !== namespace
    ? [invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]
    : [];
}
