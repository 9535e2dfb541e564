import type { RequestInfo } from '../http/request-info.ts';

/** The attributes of a request that RBAC rules match. */
export type Attributes =
  | {
      readonly verb: string;
      readonly group: string;
      /** Plural, without the subresource. */
      readonly resource: string;
      readonly subresource: string;
      /** Empty: all namespaces, or none. */
      readonly namespace: string;
      /** Empty: not a certain object. */
      readonly name: string;
    }
  | { readonly verb: string; readonly path: string };

/** The attributes of a request. A list of the one object that a field selector names counts as being about it. */
export function attributesOf(info: RequestInfo): Attributes {
  if (!info.isResource) {
    return { verb: info.verb, path: info.path };
  }
  const { verb, group, resource, subresource, namespace } = info;
  const selected = /(?:^|,)metadata\.name==?([^,]+)/.exec(info.query.get('fieldSelector') ?? '')?.[1];
  return { verb, group, resource, subresource, namespace, name: info.name || (selected ?? '') };
}

/** `widgets/status`, as rules and messages write a resource with its subresource. */
export function fullResource(attributes: {
  readonly resource: string;
  readonly subresource: string;
}): string {
  return attributes.subresource === ''
    ? attributes.resource
    : `${attributes.resource}/${attributes.subresource}`;
}
