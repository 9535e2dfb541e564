import { ProviderUrlError } from '../authorization/provider-url.ts';
import { KubeError } from '../kube/client/errors.ts';
import { RemoteError } from '../openconnectors/errors/remote-error.ts';
import { PROVIDER } from '../provider/names.ts';
import { type NamespacedName, parseName } from './connector-name.ts';
import { BusyError, type ConsentContext, type ConsentPorts, createContext } from './context.ts';
import { begin, showStart } from './flow/begin.ts';
import { receive, showResult } from './flow/callback.ts';
import { leave, showReview } from './flow/review.ts';
import { type Html, html } from './http/html.ts';
import { RefusedError, requireNavigation } from './http/request.ts';
import { notFound, page } from './http/responses.ts';
import { busyPage, failurePage, refusalPage } from './pages/refusal.ts';
import { NameTakenError } from './records.ts';
import { FailedPreconditionError } from './source.ts';

/** Answers one request to the consent pages; never rejects. The host of the request is ignored. */
export type ConsentHandler = (request: Request) => Promise<Response>;

type PageHandler = (context: ConsentContext, request: Request) => Response | Promise<Response>;
type Methods = Partial<Record<'GET' | 'POST', PageHandler>>;
type ConnectorPageHandler = (
  context: ConsentContext,
  target: NamespacedName,
  request: Request,
) => Response | Promise<Response>;

/** The pages of a connector, by the path after its name. */
const CONNECTOR_PAGES: Readonly<Record<string, Partial<Record<'GET' | 'POST', ConnectorPageHandler>>>> = {
  '': { GET: showStart, POST: begin },
  '/review': { GET: showReview },
  '/go': { GET: leave },
};

const PAGES: Readonly<Record<string, Methods>> = {
  '/oauth/callback': { GET: receive },
  '/oauth/done': { GET: showResult },
};

/** The handler of the consent pages; all effects go through `ports`. */
export function createConsentHandler(ports: ConsentPorts): ConsentHandler {
  const context = createContext(ports);
  return async (request) => {
    const methods = route(context, new URL(request.url).pathname);
    if (methods === undefined) {
      return notFound();
    }
    try {
      requireNavigation(request);
      const handle =
        request.method === 'GET' || request.method === 'POST' ? methods[request.method] : undefined;
      if (handle === undefined) {
        throw new RefusedError('refused-method');
      }
      return await handle(context, request);
    } catch (error) {
      return refusalFor(context, error);
    }
  };
}

function route({ addresses }: ConsentContext, pathname: string): Methods | undefined {
  if (!pathname.startsWith(`${addresses.prefix}/`)) {
    return undefined;
  }
  const path = pathname.slice(addresses.prefix.length);
  if (Object.hasOwn(PAGES, path)) {
    return PAGES[path];
  }
  const [, namespace, name, rest] = /^\/connect\/([^/]+)\/([^/]+)(\/[^/]+)?$/.exec(path) ?? [];
  const target = namespace !== undefined && name !== undefined ? parseName(namespace, name) : undefined;
  const pages = Object.hasOwn(CONNECTOR_PAGES, rest ?? '') ? CONNECTOR_PAGES[rest ?? ''] : undefined;
  if (target === undefined || pages === undefined) {
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(pages).map(([method, handle]): [string, PageHandler] => [
      method,
      (context, request) => handle(context, target, request),
    ]),
  );
}

/** The page for a request that was refused or failed. */
function refusalFor({ host, auditLog }: ConsentContext, error: unknown): Response {
  if (error instanceof RefusedError) {
    auditLog.refusal(error.kind);
    return page(400, refusalPage(host));
  }
  if (error instanceof BusyError) {
    auditLog.refusal('busy');
    return page(503, busyPage(host));
  }
  auditLog.failure(error);
  return page(503, failurePage(host, adviceFor(error)));
}

/** What the user can do about an error. Only texts of the operator's own errors are shown. */
function adviceFor(error: unknown): Html {
  if (error instanceof FailedPreconditionError || error instanceof NameTakenError) {
    return html`<p>${error.message}${error instanceof NameTakenError ? '.' : ''}</p>
<p>Ask an administrator of the connector to check its conditions (<code>kubectl describe</code>), then start again.</p>`;
  }
  if (error instanceof RemoteError) {
    return html`<p>SAP Open Connectors ${error.class === 'unavailable' || error.class === 'throttled' ? 'is not reachable at the moment' : 'rejected the request'}. Try again in a minute. If it fails again, ask an administrator of the connector to check its conditions (<code>kubectl describe</code>).</p>`;
  }
  if (error instanceof ProviderUrlError) {
    return html`<p>SAP Open Connectors returned an unexpected URL for ${PROVIDER.product}, so you are not redirected. Ask an administrator of the operator to check its log.</p>`;
  }
  if (error instanceof KubeError) {
    return html`<p>The cluster is not reachable at the moment. Wait a few seconds and reload this page. If it fails again, start again.</p>`;
  }
  return html`<p>An unexpected error occurred. Start again. If it fails again, ask an administrator of the operator to check its log.</p>`;
}
