import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceAccountTokens } from '../access/tokens.ts';
import type { Context } from '../context.ts';
import type { Faults } from '../faults.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import type { User } from './authentication.ts';
import type { RequestInfo } from './request-info.ts';

/** The context of a request handler. */
export interface Exchange {
  readonly context: Context;
  readonly info: RequestInfo;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly user: User;
  readonly faults: Faults;
  readonly authorizer: Authorizer;
  readonly tokens: ServiceAccountTokens;
  /** Milliseconds between bookmarks of a watch. */
  readonly bookmarkIntervalMs: number;
  /** A watch of this request stays silent. */
  readonly silent: boolean;
}
