import { buildAuthorizeUrl } from './operations/authorize-url.ts';
import { createInstance } from './operations/create-instance.ts';
import { deleteInstance } from './operations/delete-instance.ts';
import { listAllInstances, listInstancesByTag } from './operations/list-instances.ts';
import { readOrganization } from './operations/organization.ts';
import { patchInstance } from './operations/patch-instance.ts';
import { pingInstance } from './operations/ping-instance.ts';
import { readElement } from './operations/read-element.ts';
import { readInstance } from './operations/read-instance.ts';
import { reauthorizeInstance } from './operations/reauthorize-instance.ts';
import { setInstanceEnabled } from './operations/set-instance-enabled.ts';
import type { OpenConnectors, Turn } from './port.ts';
import { parseBaseUrl } from './transport/base-url.ts';
import { type CallerOptions, createCaller } from './transport/caller.ts';

/** The turn of a client without limits. */
const UNLIMITED: Turn = { run: (call) => call(), release: () => undefined };

/** `baseUrl`: https, `/elements/api-v2` is appended when absent. */
export interface OpenConnectorsOptions extends Omit<CallerOptions, 'base'> {
  readonly baseUrl: string;
}

/**
 * The API of one account. A write also rejects with the error of `guard`. @throws RemoteError of class `invalid` for an
 * invalid base URL.
 */
export function createOpenConnectors(options: OpenConnectorsOptions): OpenConnectors {
  const call = createCaller({ ...options, base: parseBaseUrl(options.baseUrl) });
  return {
    reserve: async (signal) => (await options.budget?.reserve(signal)) ?? UNLIMITED,
    organization: (signal) => readOrganization(call, signal),
    authorizeUrl: (request, signal) => buildAuthorizeUrl(call, request, signal),
    createInstance: (body, signal, turn) => createInstance(call, body, signal, turn),
    readElement: (key, signal) => readElement(call, key, signal),
    readInstance: (id, signal) => readInstance(call, id, signal),
    listInstancesByTag: (tag, signal) => listInstancesByTag(call, tag, signal),
    listAllInstances: (signal) => listAllInstances(call, signal),
    patchInstance: (id, patch, signal) => patchInstance(call, id, patch, signal),
    reauthorizeInstance: (id, body, signal, turn) => reauthorizeInstance(call, id, body, signal, turn),
    setInstanceEnabled: (id, enabled, signal) => setInstanceEnabled(call, id, enabled, signal),
    deleteInstance: (id, signal) => deleteInstance(call, id, signal),
    pingInstance: (token, signal) => pingInstance(call, token, signal),
  };
}
