import { tokenRequests } from '../access/token-request.ts';
import { objectOf, timestamp } from '../objects.ts';
import { keyOf, type ResourceType } from '../resource-type.ts';
import { type Cause, invalid, invalidValue, notFound } from '../status.ts';
import { type Answer, valueAnswer } from './answer.ts';
import { mediaTypeOf, parseObject, readBody } from './body.ts';
import type { Exchange } from './context.ts';

const defaultSeconds = 3600;
const leastSeconds = 600;

/** POST to `serviceaccounts/<name>/token`: a new bearer token for the account. */
export async function tokenHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request, tokens } = exchange;
  const body = parseObject(mediaTypeOf(request), await readBody(request), tokenRequests);
  const spec = objectOf(tokenRequests.decode(body).object['spec']);
  const account = context.store.get(type.collection, keyOf(type, info.namespace, info.name));
  if (account === undefined) {
    throw notFound({ group: type.group, resource: type.plural }, info.name);
  }
  const seconds = readSeconds(spec['expirationSeconds']);
  const expiresAt = context.clock.now() + seconds * 1000;
  const token = tokens.issue(info.namespace, info.name, account.metadata.uid ?? '', expiresAt);
  return valueAnswer(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name: info.name,
      namespace: info.namespace,
      creationTimestamp: timestamp(context.clock.now()),
    },
    spec: { audiences: [], boundObjectRef: null, ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(expiresAt) },
  });
}

function readSeconds(asked: unknown): number {
  if (typeof asked !== 'number') {
    return defaultSeconds;
  }
  if (asked < leastSeconds) {
    const cause: Cause = invalidValue(
      'spec.expirationSeconds',
      asked,
      'may not specify a duration less than 10 minutes',
    );
    throw invalid({ group: 'authentication.k8s.io', resource: 'TokenRequest' }, '', [cause]);
  }
  return asked;
}
