import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import { createAuditLog } from '../../../src/consent/audit-log.ts';
import { type ConsentHandler, createConsentHandler } from '../../../src/consent/handler.ts';
import { addressesOf } from '../../../src/consent/http/addresses.ts';
import type { ConsentOutcome } from '../../../src/consent/outcomes.ts';
import type { ConnectorConsent, ConsentSource } from '../../../src/consent/source.ts';
import { connector, UID } from '../builders/connector.ts';
import { seededRandom } from '../seeded-random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { FakeSecrets } from './fake-secrets.ts';
import { type Reply, Visitor } from './visitor.ts';

/** The external URL of a stage. */
export const EXTERNAL = 'https://connect.example.com';
/** The start page of connector `team-a/crm`. */
export const START = `${EXTERNAL}/connect/team-a/crm`;
export const CALLBACK_PAGE = `${EXTERNAL}/oauth/callback`;
/** The code in the one-time code Secret of connector `team-a/crm`. */
export const CODE = '7ZK4M-QW2NA-00RTX-93BCD-EFGHJK';
export const ONE_TIME_CODE = 'crm-consent-code';
export const RECORD = 'crm-consent';
export const GRANT = 'crm-grant';

/** The consent pages of one or more replicas on a cluster in memory, with a connector that waits for consent. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly secrets: FakeSecrets;
  /** The resource on the API server; tests may replace it. */
  connector: InfusionsoftConnector | undefined;
  /** The parts of the consent request that tests change. */
  clientId: string;
  server: string;
  /** The authorize URL for a state; may throw. */
  authorizeUrl: (state: string) => string;
  /** Thrown instead of a consent request. */
  precondition: Error | undefined;
  readonly outcomes: ConsentOutcome[];
  /** Log lines, as JSON. */
  readonly lines: string[];
  readonly registered: Set<string>;
  /** Number of calls of Open Connectors. */
  remoteCalls: number;
  readonly handler: ConsentHandler;
  /** Another replica, which shares no memory. */
  replica(): ConsentHandler;
  visitor(handler?: ConsentHandler): Visitor;
  /** All pages that were sent. */
  readonly pages: string[];
}

/** A stage with a fresh one-time code Secret. */
export function createStage(externalUrl = EXTERNAL): Stage {
  const clock = new VirtualClock();
  const secrets = new FakeSecrets();
  secrets.put('team-a', ONE_TIME_CODE, { code: CODE }, [UID]);
  const addresses = addressesOf(externalUrl);
  const random = seededRandom(4711);

  const source: ConsentSource = {
    isServed: ({ namespace, name }) => namespace === 'team-a' && name === 'crm',
    connector: async () => stage.connector,
    async consentFor(): Promise<ConnectorConsent> {
      if (stage.precondition !== undefined) {
        throw stage.precondition;
      }
      return {
        request: {
          accountUid: 'account-uid',
          baseUrl: 'https://api.example.com/elements/api-v2',
          connector: 'infusionsoftcrm',
          server: stage.server,
          clientId: stage.clientId,
          callbackUrl: addresses.callback,
          scope: 'full',
        },
        facts: {
          server: stage.server,
          connector: 'infusionsoftcrm',
          apiHost: 'api.example.com',
          account: 'sap',
          clientId: stage.clientId,
          scope: 'full',
          connectionSecret: 'crm-connection',
        },
        async authorizeUrl(state) {
          stage.remoteCalls += 1;
          return stage.authorizeUrl(state);
        },
      };
    },
  };
  const replica = (): ConsentHandler =>
    createConsentHandler({
      addresses,
      clusterId: 'cluster-1',
      clock,
      random,
      secrets,
      source,
      register: (value) => void stage.registered.add(value),
      auditLog: createAuditLog(
        {
          info: (fields, message) => void stage.lines.push(JSON.stringify({ ...fields, message })),
          warn: (fields, message) => void stage.lines.push(lineOf(fields, message)),
        },
        clock,
        (outcome) => void stage.outcomes.push(outcome),
      ),
    });
  const stage: Stage = {
    clock,
    secrets,
    connector: connector({ oauth: { authorizationCodeSecretRef: undefined } }),
    clientId: 'client-4f1d',
    server: 'dt123.infusionsoft.com',
    authorizeUrl: (state) =>
      `https://signin.example.net/authorize?client_id=${stage.clientId}&state=${encodeURIComponent(state)}`,
    precondition: undefined,
    outcomes: [],
    lines: [],
    registered: new Set(),
    remoteCalls: 0,
    handler: replica(),
    replica,
    pages: [],
    visitor: (handler = stage.handler) =>
      new Visitor(async (method, url, headers, body): Promise<Reply> => {
        const request = new Request(url, { method, headers, ...(body !== undefined && { body }) });
        const response = await handler(request);
        const text = await response.text();
        stage.pages.push(text);
        return { status: response.status, headers: response.headers, body: text };
      }),
  };
  return stage;
}

function lineOf(fields: Readonly<Record<string, unknown>>, message: string): string {
  const { error } = fields;
  return JSON.stringify({ ...fields, message, error: error instanceof Error ? error.message : error });
}

/** The state in an authorize URL. */
export function stateOf(providerUrl: string): string {
  return new URL(providerUrl).searchParams.get('state') ?? '';
}

/** The URL that the provider redirects the browser to. */
export function callback(parameters: Readonly<Record<string, string>>): string {
  return `${CALLBACK_PAGE}?${new URLSearchParams(parameters)}`;
}
