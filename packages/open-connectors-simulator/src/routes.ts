import type { Access } from './authorization.ts';
import type { Handler } from './call.ts';
import {
  deleteInstance,
  patchInstance,
  replaceInstance,
  setEnabled,
  startTraceLogging,
  stopTraceLogging,
} from './handlers/change-instance.ts';
import { listConfiguration, patchProperty, readProperty } from './handlers/configuration.ts';
import { createInstance } from './handlers/create-instance.ts';
import {
  createOauthUrl,
  listElements,
  readElement,
  readElementConfiguration,
  readOauthUrl,
} from './handlers/elements.ts';
import { listEventPollers } from './handlers/event-pollers.ts';
import { listContacts, listHubAccounts, listObjects, ping } from './handlers/hubs.ts';
import {
  listAccounts,
  listUsers,
  readOrganization,
  readUser,
  resetUserSecret,
} from './handlers/organization.ts';
import { listAccountInstances, listInstances, readInstance } from './handlers/read-instances.ts';

/** One operation of the platform. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Name in the ledger; the same for all paths of one operation. */
  readonly operation: string;
  readonly access: Access;
  readonly handler: Handler;
}

const to = (
  method: string,
  path: string,
  operation: string,
  handler: Handler,
  access: Access = 'account',
): Route => ({ method, path, operation, handler, access });

const enable = setEnabled(true);
const disable = setEnabled(false);

/** Operations on one instance: by id, by id below the element, and by token without an id. */
const ofInstance: readonly (readonly [string, string, string, Handler])[] = [
  ['PUT', '', 'replaceInstance', replaceInstance],
  ['PATCH', '', 'patchInstance', patchInstance],
  ['DELETE', '', 'deleteInstance', deleteInstance],
  ['PUT', '/enabled', 'enableInstance', enable],
  ['DELETE', '/enabled', 'disableInstance', disable],
  ['GET', '/configuration', 'listConfiguration', listConfiguration],
  ['GET', '/configuration/{property}', 'readConfiguration', readProperty],
  ['PATCH', '/configuration/{property}', 'patchConfiguration', patchProperty],
  ['PUT', '/trace-logging', 'startTraceLogging', startTraceLogging],
  ['DELETE', '/trace-logging', 'stopTraceLogging', stopTraceLogging],
];

const byToken = ofInstance.map(([method, path, operation, handler]) =>
  to(method, `/instances${path}`, operation, handler, 'instance'),
);
const byId = ofInstance.flatMap(([method, path, operation, handler]) => [
  to(method, `/instances/{id}${path}`, operation, handler),
  to(method, `/elements/{element}/instances/{id}${path}`, operation, handler),
]);

/** All operations. The first match wins, so fixed segments precede parameters. */
export const routes: readonly Route[] = [
  to('GET', '/instances', 'listInstances', listInstances),
  to('POST', '/instances', 'createInstance', createInstance),
  to('GET', '/elements/{element}/instances', 'listInstances', listInstances),
  to('POST', '/elements/{element}/instances', 'createInstance', createInstance),
  to('GET', '/instances/event-poller-records', 'listEventPollers', listEventPollers, 'instance'),
  ...byToken,
  ...byId,
  to('GET', '/instances/{id}', 'readInstance', readInstance),
  to('GET', '/elements/{element}/instances/{id}', 'readInstance', readInstance),
  to('GET', '/ping', 'ping', ping, 'instance'),
  to('GET', '/contacts', 'listContacts', listContacts, 'instance'),
  to('GET', '/objects', 'listObjects', listObjects, 'instance'),
  to('GET', '/elements/{element}/oauth/url', 'readOauthUrl', readOauthUrl, 'none'),
  to('POST', '/elements/{element}/oauth/url', 'createOauthUrl', createOauthUrl, 'none'),
  to('GET', '/elements', 'listElements', listElements, 'none'),
  to('GET', '/elements/{element}', 'readElement', readElement, 'none'),
  to(
    'GET',
    '/elements/{element}/configuration',
    'readElementConfiguration',
    readElementConfiguration,
    'none',
  ),
  to('GET', '/organizations/me', 'readOrganization', readOrganization),
  to('GET', '/accounts', 'listAccounts', listAccounts),
  to('GET', '/accounts/instances', 'listAccountInstances', listAccountInstances),
  to('GET', '/accounts/{account}/instances', 'listAccountInstances', listAccountInstances),
  to('GET', '/users', 'listUsers', listUsers),
  to('GET', '/users/{user}', 'readUser', readUser),
  to('POST', '/authentication/user-secret-reset', 'resetUserSecret', resetUserSecret),
];

/** `/accounts` of a hub. An instance token distinguishes it from the accounts of the organization. */
export const hubAccounts: Route = to('GET', '/accounts', 'listHubAccounts', listHubAccounts, 'instance');
