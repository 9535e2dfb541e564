import { fieldSchema, type Schema } from '../crd/schema.ts';
import { isJsonObject, type JsonObject } from '../objects.ts';
import { type FieldSchema, objectMetaSchema } from '../schema.ts';

/** How a value is merged and owned: by field, by item, or as a whole. */
export type Shape = ScalarShape | MapShape | ListShape | AnyShape;

/** Owned as a whole. */
export interface ScalarShape {
  readonly kind: 'scalar';
  readonly type: 'string' | 'numeric' | 'boolean' | 'any';
}

/** Declared fields, and others where there is an `element`. */
export interface MapShape {
  readonly kind: 'map';
  readonly atomic: boolean;
  field(name: string): Shape | undefined;
  /** Shape of undeclared fields; `undefined`: not allowed. */
  readonly element: Shape | undefined;
}

/** Items of a `set` are identified by their value, of a `map` by their keys. */
export interface ListShape {
  readonly kind: 'list';
  readonly type: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
  /** Values of keys that an element may leave out. */
  readonly keyDefaults: JsonObject;
  readonly element: Shape;
}

/** Unknown shape: maps are merged, lists replaced. */
export interface AnyShape {
  readonly kind: 'any';
}

const anyShape: AnyShape = { kind: 'any' };
const anyScalar: ScalarShape = { kind: 'scalar', type: 'any' };
const freeMap: MapShape = { kind: 'map', atomic: false, field: () => undefined, element: anyShape };
const freeList: ListShape = { kind: 'list', type: 'atomic', keys: [], keyDefaults: {}, element: anyShape };

/** The shape that a value has, where its place allows several. */
export function resolve(shape: Shape, value: unknown): Exclude<Shape, AnyShape> {
  if (shape.kind !== 'any') {
    return shape;
  }
  return Array.isArray(value) ? freeList : isJsonObject(value) ? freeMap : anyScalar;
}

/** The shape of a field of a map, declared or not. */
export function shapeOfField(shape: MapShape, name: string): Shape {
  return shape.field(name) ?? shape.element ?? anyShape;
}

/** The shape of a built-in type. */
export function builtinShape(schema: FieldSchema): Shape {
  switch (schema.type) {
    case 'any':
      return anyShape;
    case 'string':
    case 'boolean':
      return { kind: 'scalar', type: schema.type };
    case 'integer':
      return { kind: 'scalar', type: 'numeric' };
    case 'array':
      return builtinList(schema);
    case 'object': {
      const fields = new Map(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, builtinShape(field)]),
      );
      return {
        kind: 'map',
        atomic: schema.atomic === true,
        field: (name) => fields.get(name),
        element: schema.values === undefined ? undefined : builtinShape(schema.values),
      };
    }
  }
}

function builtinList(schema: FieldSchema): ListShape {
  const element = schema.items === undefined ? anyShape : builtinShape(schema.items);
  const key = schema.listKey ?? schema.mergeKey;
  const base = { kind: 'list', keyDefaults: {}, element } as const;
  if (key === undefined) {
    return { ...base, type: 'atomic', keys: [] };
  }
  return key === '' ? { ...base, type: 'set', keys: [] } : { ...base, type: 'map', keys: [key] };
}

/** The shape of custom resources with this schema. */
export function customShape(schema: Schema): Shape {
  const body = schemaShape(schema);
  if (body.kind === 'any') {
    return body;
  }
  const text: ScalarShape = { kind: 'scalar', type: 'string' };
  const own = new Map<string, Shape>([
    ['apiVersion', text],
    ['kind', text],
    ['metadata', builtinShape(objectMetaSchema)],
  ]);
  const inner = resolve(body, {});
  return inner.kind === 'map' ? { ...inner, field: (name) => own.get(name) ?? inner.field(name) } : inner;
}

function schemaShape(schema: Schema): Shape {
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['x-kubernetes-int-or-string'] === true) {
    return anyScalar;
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return { kind: 'scalar', type: schema.type };
    case 'integer':
    case 'number':
      return { kind: 'scalar', type: 'numeric' };
    case 'array':
      return schemaList(schema);
    case 'object':
      return open && schema.properties === undefined ? anyShape : schemaMap(schema, open);
    default:
      return anyShape;
  }
}

function schemaMap(schema: Schema, open: boolean): MapShape {
  const fields = new Map(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [name, schemaShape(field)]),
  );
  const { additionalProperties: others } = schema;
  const element =
    typeof others === 'object' ? schemaShape(others) : open || others === true ? anyShape : undefined;
  return {
    kind: 'map',
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    field: (name) => fields.get(name),
    element,
  };
}

function schemaList(schema: Schema): ListShape {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const items = schema.items ?? {};
  const defaults = keys.flatMap((key) => {
    const value: unknown = fieldSchema(items, key)?.default;
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    kind: 'list',
    type: type === 'set' || type === 'map' ? type : 'atomic',
    keys,
    keyDefaults: Object.fromEntries(defaults),
    element: schemaShape(items),
  };
}
