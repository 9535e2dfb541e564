import type { ServiceAccountTokens } from '../access/tokens.ts';
import type { Context } from '../context.ts';
import type { Faults } from '../faults.ts';
import type { Authorizer } from '../rbac/authorizer.ts';
import type { User } from './authentication.ts';
import type { RequestInfo } from './request-info.ts';
import type { HttpRequest, HttpResponse } from './wire.ts';

/** The context of a request handler. */
export interface Exchange {
  readonly context: Context;
  readonly info: RequestInfo;
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly user: User;
  readonly faults: Faults;
  readonly authorizer: Authorizer;
  readonly tokens: ServiceAccountTokens;
  /** Milliseconds between bookmarks of a watch. */
  readonly bookmarkIntervalMs: number;
  /** A watch of this request stays silent. */
  readonly silent: boolean;
}
