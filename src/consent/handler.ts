import { ProviderUrlError } from '../authorization/provider-url.ts';
import { KubeError } from '../kube/client/errors.ts';
import { RemoteError } from '../openconnectors/errors/remote-error.ts';
import { type NamespacedName, parseName } from './connector-name.ts';
import { BusyError, type ConsentContext, type ConsentPorts, createContext } from './context.ts';
import { begin, showStart } from './flow/begin.ts';
import { receive, showResult } from './flow/callback.ts';
import { leave, showReview } from './flow/review.ts';
import { type Html, html } from './http/html.ts';
import { RefusedError, requireNavigation } from './http/request.ts';
import { nothingHere, page } from './http/responses.ts';
import { busyPage, refusalPage, troublePage } from './pages/refusal.ts';
import { NameTakenError } from './records.ts';
import { FailedPreconditionError } from './source.ts';

/** Answers one request to the consent pages; never rejects. Only the path, query, method, headers and body count. */
export type ConsentHandler = (request: Request) => Promise<Response>;

type Response_ = (context: ConsentContext, request: Request) => Response | Promise<Response>;
type Methods = Partial<Record<'GET' | 'POST', Response_>>;
type ConnectorResponse = (
  context: ConsentContext,
  target: NamespacedName,
  request: Request,
) => Response | Promise<Response>;

/** The pages of a connector, by what follows its name. */
const CONNECTOR_PAGES: Readonly<Record<string, Partial<Record<'GET' | 'POST', ConnectorResponse>>>> = {
  '': { GET: showStart, POST: begin },
  '/review': { GET: showReview },
  '/go': { GET: leave },
};

const PAGES: Readonly<Record<string, Methods>> = {
  '/oauth/callback': { GET: receive },
  '/oauth/done': { GET: showResult },
};

/** The consent pages on `ports`. Pure but for these: it can be asked without a socket. */
export function createConsentHandler(ports: ConsentPorts): ConsentHandler {
  const context = createContext(ports);
  return async (request) => {
    const methods = route(context, new URL(request.url).pathname);
    if (methods === undefined) {
      return nothingHere();
    }
    try {
      requireNavigation(request);
      const answer =
        request.method === 'GET' || request.method === 'POST' ? methods[request.method] : undefined;
      if (answer === undefined) {
        throw new RefusedError('refused-method');
      }
      return await answer(context, request);
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
    Object.entries(pages).map(([method, answer]): [string, Response_] => [
      method,
      (context, request) => answer(context, target, request),
    ]),
  );
}

/** The page for a request that did not get what it asked for. */
function refusalFor({ host, auditLog: journal }: ConsentContext, error: unknown): Response {
  if (error instanceof RefusedError) {
    journal.refusal(error.kind);
    return page(400, refusalPage(host));
  }
  if (error instanceof BusyError) {
    journal.refusal('busy');
    return page(503, busyPage(host));
  }
  journal.trouble(error);
  return page(503, troublePage(host, adviceFor(error)));
}

/** What a person can do about an error. Only the text of our own errors is shown. */
function adviceFor(error: unknown): Html {
  if (error instanceof FailedPreconditionError || error instanceof NameTakenError) {
    return html`<p>${error.message}${error instanceof NameTakenError ? '.' : ''}</p>
<p>Whoever looks after the connector finds more in its conditions (<code>kubectl describe</code>). Start again when that is mended.</p>`;
  }
  if (error instanceof RemoteError) {
    return html`<p>SAP Open Connectors ${error.class === 'unavailable' || error.class === 'throttled' ? 'cannot be reached just now' : 'refused to begin the consent'}. Try again in a minute; if it stays so, whoever looks after the connector finds more in its conditions (<code>kubectl describe</code>).</p>`;
  }
  if (error instanceof ProviderUrlError) {
    return html`<p>SAP Open Connectors gave an address for Infusionsoft that this page does not trust, so you are not sent there. Whoever looks after the operator finds more in its log.</p>`;
  }
  if (error instanceof KubeError) {
    return html`<p>The cluster cannot be reached just now. Wait a moment and reload this page; if that fails, start again.</p>`;
  }
  return html`<p>Something unexpected happened. Start again; if it stays so, whoever looks after the operator finds more in its log.</p>`;
}
