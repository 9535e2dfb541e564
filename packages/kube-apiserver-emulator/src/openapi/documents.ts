import { createHash } from 'node:crypto';
import { versionDocument } from '../http/version.ts';
import { apiVersionOf, type JsonObject } from '../objects.ts';
import type { Registry } from '../registry.ts';
import { pathsOf } from './paths.ts';
import { addType, type SchemaSet, toVersion2 } from './schemas.ts';

const info = { title: 'Embedded Kubernetes API', version: versionDocument.gitVersion };

/** The OpenAPI v2 document of everything that is served. */
export function openApiV2(registry: Registry): JsonObject {
  const set: SchemaSet = { schemas: {}, refPrefix: '#/definitions/' };
  const paths: JsonObject = {};
  for (const type of registry.all()) {
    addType(set, type);
    Object.assign(paths, pathsOf(type, 2));
  }
  const definitions = Object.fromEntries(
    Object.entries(set.schemas).map(([name, schema]) => [name, toVersion2(schema)]),
  );
  return { swagger: '2.0', info, paths, definitions };
}

/** The index of OpenAPI v3: one document for each group version. */
export function openApiV3Index(registry: Registry): JsonObject {
  const paths: JsonObject = {};
  for (const { name, versions } of registry.groups()) {
    for (const version of versions) {
      const path = `${name === '' ? 'api' : 'apis'}/${apiVersionOf(name, version)}`;
      const hash = createHash('sha256').update(JSON.stringify(openApiV3(registry, name, version)));
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash.digest('hex')}` };
    }
  }
  return { paths };
}

/** The OpenAPI v3 document of a group version. */
export function openApiV3(registry: Registry, group: string, version: string): JsonObject {
  const set: SchemaSet = { schemas: {}, refPrefix: '#/components/schemas/' };
  const paths: JsonObject = {};
  for (const type of registry.in(group, version)) {
    addType(set, type);
    Object.assign(paths, pathsOf(type, 3));
  }
  return { openapi: '3.0.0', info, paths, components: { schemas: set.schemas } };
}
