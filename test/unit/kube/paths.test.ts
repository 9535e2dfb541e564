import { describe, expect, test } from 'vitest';
import {
  collectionPath,
  formatPath,
  objectPath,
  pathTemplate,
  resourceId,
  wellKnown,
} from '../../../src/kube/client/paths.ts';

const widgets = { group: 'example.dev', version: 'v1', plural: 'widgets' };

describe('paths', () => {
  test('of core and named groups, with and without a namespace', () => {
    expect(formatPath(collectionPath(wellKnown.secrets))).toBe('/api/v1/secrets');
    expect(formatPath(objectPath(wellKnown.secrets, 'team', 'a'))).toBe('/api/v1/namespaces/team/secrets/a');
    expect(formatPath(objectPath(widgets, 'team', 'a', 'status'))).toBe(
      '/apis/example.dev/v1/namespaces/team/widgets/a/status',
    );
  });

  test('a name cannot leave its place', () => {
    expect(formatPath(objectPath(widgets, '../x', 'a/../../b?c'))).toBe(
      '/apis/example.dev/v1/namespaces/..%2Fx/widgets/a%2F..%2F..%2Fb%3Fc',
    );
  });

  test.each([
    [objectPath(wellKnown.secrets, 'team', 'a'), '/api/v1/namespaces/{namespace}/secrets/{name}'],
    [objectPath(wellKnown.namespaces, undefined, 'team'), '/api/v1/namespaces/{name}'],
    [collectionPath(widgets), '/apis/example.dev/v1/widgets'],
    [collectionPath(widgets, 't'), '/apis/example.dev/v1/namespaces/{namespace}/widgets'],
    [
      objectPath(widgets, 't', 'a', 'status'),
      '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}/status',
    ],
  ])('the template of %o is %s', (path, template) => {
    expect(pathTemplate(path)).toBe(template);
  });

  test('an id has the form of the library', () => {
    expect(resourceId(widgets)).toBe('widgets.example.dev/v1');
    expect(resourceId(wellKnown.secrets)).toBe('secrets.v1');
    expect(resourceId(wellKnown.leases)).toBe('leases.coordination.k8s.io/v1');
  });
});
