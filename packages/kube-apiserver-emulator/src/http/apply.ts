import { applyConfiguration } from '../apply/apply.ts';
import { now } from '../context.ts';
import { isJsonObject, type JsonObject, type KubeObject, stringOf, withMeta } from '../objects.ts';
import { updateObject } from '../operations/update.ts';
import type { ResourceType } from '../resource-type.ts';
import { badRequest, conflict } from '../status.ts';
import { type Answer, objectAnswer } from './answer.ts';
import { parseText, readBody } from './body.ts';
import type { Exchange } from './context.ts';
import { readPatchManager } from './field-manager.ts';
import { readDryRun, readFieldValidation, readPresentation } from './options.ts';
import { admission, decodePatched } from './write.ts';

/** Media type of a server-side apply. */
export const applyPatchType = 'application/apply-patch+yaml';

/** Server-side apply to an object or a subresource. Creates a missing object. */
export async function applyHandler(exchange: Exchange, type: ResourceType): Promise<Answer> {
  const { context, info, request } = exchange;
  const how = readPresentation(context, info, request.headers.accept);
  const dryRun = readDryRun(info, 'PatchOptions');
  readFieldValidation(info, 'PatchOptions');
  const { manager, force } = readPatchManager(info, true);
  const configuration = parseConfiguration((await readBody(request)).toString());
  const application = {
    registry: context.registry,
    type,
    name: info.name,
    subresource: info.subresource,
    manager,
    force,
    time: now(context),
    decode: (object: JsonObject) => decodePatched(exchange, type, object).object,
  };
  const updated = updateObject(
    context,
    type,
    {
      namespace: info.namespace,
      name: info.name,
      subresource: info.subresource,
      dryRun,
      uidIsPrecondition: false,
      creates: info.subresource === '',
      admit: admission(exchange, type),
    },
    (current) => {
      const applied = applyConfiguration(application, current, configuration);
      return current === undefined ? asNew(exchange, type, applied) : applied;
    },
  );
  return objectAnswer(updated.created ? 201 : 200, type, updated.object, how, [
    ...(type.strategy.warnings?.(updated.object) ?? []),
  ]);
}

function parseConfiguration(body: string): JsonObject {
  const fail = (why: string) => badRequest(`error decoding YAML: ${why}`);
  const value = parseText('application/yaml', body, fail);
  if (!isJsonObject(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value;
    throw fail(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`,
    );
  }
  return value;
}

/** An apply with a uid requires an existing object. */
function asNew({ info }: Exchange, type: ResourceType, applied: KubeObject): KubeObject {
  const { uid = '', name } = applied.metadata;
  if (stringOf(name) === '') {
    throw badRequest(
      `the name of the object (${info.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (uid !== '') {
    throw conflict(
      { group: type.group, resource: type.plural },
      info.name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  }
  return withMeta(applied, { resourceVersion: undefined });
}
