import { defineBuiltin } from '../builtin/define.ts';
import type { User } from '../http/authentication.ts';
import { type JsonObject, type KubeObject, objectOf, stringOf } from '../objects.ts';
import type { Attributes } from '../rbac/attributes.ts';
import { aggregate, type Decision } from '../rbac/authorizer.ts';
import { type PolicyRule, stringsOf } from '../rbac/rules.ts';
import type { Question, ResourceType } from '../resource-type.ts';
import { type FieldSchema, listOf, mapOf, struct, text } from '../schema.ts';
import { badRequest } from '../status.ts';
import { checkReview } from './review-validation.ts';

const group = 'authorization.k8s.io';
const definitions = 'io.k8s.api.authorization.v1';
const flag: FieldSchema = { type: 'boolean' };

const resourceAttributes = {
  ...struct(
    {
      namespace: text,
      verb: text,
      group: text,
      version: text,
      resource: text,
      subresource: text,
      name: text,
    },
    `${definitions}.ResourceAttributes`,
    { namespace: 1, verb: 2, group: 3, version: 4, resource: 5, subresource: 6, name: 7 },
  ),
  pointer: true,
};
const nonResourceAttributes = {
  ...struct({ path: text, verb: text }, `${definitions}.NonResourceAttributes`, { path: 1, verb: 2 }),
  pointer: true,
};
const status = struct({ allowed: flag, denied: flag, reason: text, evaluationError: text });

const accessFields = { resourceAttributes, nonResourceAttributes };
const subjectSpec = struct(
  { ...accessFields, user: text, groups: listOf(text), uid: text, extra: mapOf(listOf(text)) },
  `${definitions}.SubjectAccessReviewSpec`,
  { resourceAttributes: 1, nonResourceAttributes: 2, user: 3, groups: 4, uid: 6 },
);
const selfSpec = struct(accessFields, `${definitions}.SelfSubjectAccessReviewSpec`, {
  resourceAttributes: 1,
  nonResourceAttributes: 2,
});

const common = {
  group,
  version: 'v1',
  verbs: ['create'],
  columns: [],
  wire: { spec: 2 },
} as const;

/** SelfSubjectAccessReview: the rights of the caller. */
const selfSubjectAccessReviews = defineBuiltin({
  ...common,
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  fields: { spec: selfSpec, status },
  answer: (review, question) => reviewed(review, question, question.user),
});

/** SubjectAccessReview: the rights of another user. */
const subjectAccessReviews = defineBuiltin({
  ...common,
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  fields: { spec: subjectSpec, status },
  answer: (review, question) => reviewed(review, question, subjectOf(review)),
});

/** LocalSubjectAccessReview: the rights of another user in one namespace. */
const localSubjectAccessReviews = defineBuiltin({
  ...common,
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  fields: { spec: subjectSpec, status },
  answer: (review, question) => reviewed(review, question, subjectOf(review)),
});

/** SelfSubjectRulesReview: all rules of the caller in a namespace. */
const selfSubjectRulesReviews = defineBuiltin({
  ...common,
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  namespaced: false,
  fields: {
    spec: struct({ namespace: text }, `${definitions}.SelfSubjectRulesReviewSpec`, { namespace: 1 }),
  },
  answer: (review, { user, authorizer }) => {
    const namespace = stringOf(objectOf(review['spec'])['namespace']);
    if (namespace === '') {
      throw badRequest('no namespace on request');
    }
    const { rules, errors } = authorizer.permissions(user, namespace);
    return {
      ...answered(review),
      spec: {},
      status: {
        resourceRules: rules.filter(({ resources }) => resources.length > 0).map(resourceRule),
        nonResourceRules: rules
          .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        incomplete: false,
        ...(errors.length === 0 ? {} : { evaluationError: aggregate(errors) }),
      },
    };
  },
});

/** SelfSubjectReview: the identity of the caller. */
const selfSubjectReviews = defineBuiltin({
  ...common,
  group: 'authentication.k8s.io',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
  fields: {},
  answer: (review, { user }) => ({
    ...answered(review),
    status: { userInfo: { username: user.name, groups: user.groups } },
  }),
});

/** Types that are evaluated and never stored. */
export const reviewTypes: readonly ResourceType[] = [
  localSubjectAccessReviews,
  selfSubjectAccessReviews,
  selfSubjectRulesReviews,
  subjectAccessReviews,
  selfSubjectReviews,
];

function reviewed(review: KubeObject, question: Question, user: User): KubeObject {
  checkReview(review, question.namespace);
  const spec = objectOf(review['spec']);
  const decision = question.authorizer.decide(user, askedFor(spec));
  return { ...answered(review), spec, status: decisionStatus(decision) };
}

function answered({ kind, apiVersion }: KubeObject): KubeObject {
  return { kind, apiVersion, metadata: {} };
}

function decisionStatus({ allowed, reason }: Decision): JsonObject {
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function subjectOf(review: KubeObject): User {
  const { user, groups } = objectOf(review['spec']);
  return { name: stringOf(user), groups: stringsOf(groups) };
}

function askedFor(spec: JsonObject): Attributes {
  const { verb, path, ...resource } = objectOf(spec['nonResourceAttributes'] ?? spec['resourceAttributes']);
  if (path !== undefined) {
    return { verb: stringOf(verb), path: stringOf(path) };
  }
  return {
    verb: stringOf(verb),
    group: stringOf(resource['group']),
    resource: stringOf(resource['resource']),
    subresource: stringOf(resource['subresource']),
    namespace: stringOf(resource['namespace']),
    name: stringOf(resource['name']),
  };
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): JsonObject {
  return { verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) };
}
