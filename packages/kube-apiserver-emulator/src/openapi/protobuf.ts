import { isJsonObject, type JsonObject, objectOf, stringOf } from '../objects.ts';
import { MessageWriter } from '../protobuf/writer.ts';

/** Media type in which kubectl asks for the OpenAPI v2 document. */
export const openApiProtobufType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** How servers spell it in their answer: the other spelling is no valid media type. */
export const openApiProtobufAnswerType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** The OpenAPI v2 document in the protobuf form that gnostic defines (`OpenAPIv2.proto`). */
export function encodeOpenApiV2(document: JsonObject): Buffer {
  const info = objectOf(document['info']);
  return new MessageWriter()
    .text(1, stringOf(document['swagger']))
    .message(2, new MessageWriter().text(1, stringOf(info['title'])).text(2, stringOf(info['version'])))
    .message(8, named(2, objectOf(document['paths']), pathItem))
    .message(9, named(1, objectOf(document['definitions']), schemaMessage))
    .finish();
}

/** A map, as repeated pairs of name (1) and value (2). */
function named(
  field: number,
  entries: JsonObject,
  write: (value: JsonObject) => MessageWriter,
): MessageWriter {
  const message = new MessageWriter();
  for (const [name, value] of Object.entries(entries)) {
    message.message(field, new MessageWriter().text(1, name).message(2, write(objectOf(value))));
  }
  return message;
}

const methodFields: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(item: JsonObject): MessageWriter {
  const message = new MessageWriter();
  for (const [method, field] of Object.entries(methodFields)) {
    if (isJsonObject(item[method])) {
      message.message(field, operation(item[method]));
    }
  }
  return message;
}

function operation(value: JsonObject): MessageWriter {
  const message = new MessageWriter();
  const parameters = Array.isArray(value['parameters']) ? value['parameters'] : [];
  for (const parameter of parameters.map(objectOf)) {
    const query = new MessageWriter()
      .text(2, stringOf(parameter['in']))
      .text(4, stringOf(parameter['name']))
      .text(6, stringOf(parameter['type']));
    const nonBody = new MessageWriter().message(3, query);
    const either = new MessageWriter().message(2, nonBody);
    message.message(8, new MessageWriter().message(1, either));
  }
  message.message(9, new MessageWriter());
  return extensions(message, 13, value);
}

function schemaMessage(schema: JsonObject): MessageWriter {
  const message = new MessageWriter()
    .text(1, stringOf(schema['$ref']))
    .text(2, stringOf(schema['format']))
    .text(4, stringOf(schema['description']));
  for (const required of Array.isArray(schema['required']) ? schema['required'] : []) {
    message.text(19, stringOf(required));
  }
  if (isJsonObject(schema['additionalProperties'])) {
    message.message(21, new MessageWriter().message(1, schemaMessage(schema['additionalProperties'])));
  }
  if (typeof schema['type'] === 'string') {
    message.message(22, new MessageWriter().text(1, schema['type']));
  }
  if (isJsonObject(schema['items'])) {
    message.message(23, new MessageWriter().message(1, schemaMessage(schema['items'])));
  }
  if (isJsonObject(schema['properties'])) {
    message.message(25, named(1, schema['properties'], schemaMessage));
  }
  return extensions(message, 31, schema);
}

/** Vendor extensions carry their values as YAML, of which JSON is a part. */
function extensions(message: MessageWriter, field: number, value: JsonObject): MessageWriter {
  for (const [name, extension] of Object.entries(value)) {
    if (name.startsWith('x-')) {
      const any = new MessageWriter().text(2, JSON.stringify(extension));
      message.message(field, new MessageWriter().text(1, name).message(2, any));
    }
  }
  return message;
}
