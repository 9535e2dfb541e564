export type { Fault, FaultMatch, InjectedFault } from './faults.ts';
export type { User } from './http/authentication.ts';
export type { RequestInfo } from './http/request-info.ts';
export type { LedgerEntry, LedgerMatch } from './ledger.ts';
export type { ObjectClient } from './operations/object-client.ts';
export { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';
export { ApiError, forbidden } from './status.ts';
