import type { Context } from '../context.ts';
import { type KubeObject, objectOf, sameJson, stringOf } from '../objects.ts';
import type { Worker } from '../worker.ts';
import { stringsOf } from './rules.ts';

const collection = 'clusterroles';

/** Gives cluster roles with an `aggregationRule` the rules of those that it selects, whenever one of them changes. */
export function startRoleAggregation(context: Context, worker: Worker): () => void {
  return context.store.subscribe((change) => {
    if (change.collection === collection) {
      worker.enqueue('aggregate cluster roles', () => aggregate(context));
    }
  });
}

function aggregate(context: Context): void {
  const { store } = context;
  for (const [key, role] of store.list(collection).entries) {
    const selectors = selectorsOf(role);
    if (selectors.length === 0) {
      continue;
    }
    const parts = store
      .list(collection)
      .entries.filter(([name, other]) => name !== key && selectors.some((selects) => selects(other)))
      .flatMap(([, other]) => (Array.isArray(other['rules']) ? other['rules'] : []));
    const rules = parts.filter((rule, index) => parts.findIndex((one) => sameJson(one, rule)) === index);
    if (!sameJson(rules, role['rules'] ?? [])) {
      // The change brings this function back, for the roles that select this one.
      store.update(collection, key, { ...role, rules });
    }
  }
}

function selectorsOf(role: KubeObject): ((other: KubeObject) => boolean)[] {
  const { clusterRoleSelectors } = objectOf(role['aggregationRule']);
  return (Array.isArray(clusterRoleSelectors) ? clusterRoleSelectors : []).map(objectOf).map((selector) => {
    const labels = Object.entries(objectOf(selector['matchLabels']));
    const expressions = (Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : []).map(
      objectOf,
    );
    return ({ metadata: { labels: own = {} } }) =>
      labels.every(([name, value]) => own[name] === value) &&
      expressions.every(({ key, operator, values }) =>
        expressionHolds(own[stringOf(key)], stringOf(operator), stringsOf(values)),
      );
  });
}

function expressionHolds(value: string | undefined, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
