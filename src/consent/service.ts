import type { Config } from '../config/config.ts';
import type { KubeObject } from '../kube/client/object.ts';
import type { KubeRest } from '../kube/client/rest.ts';
import type { OpenConnectorsPool } from '../openconnectors/account-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { createKubeSecrets } from '../secrets/kube-secrets.ts';
import type { Redactor } from '../secrets/redaction.ts';
import { createAuditLog, type LineLog } from './audit-log.ts';
import { createConsentHandler } from './handler.ts';
import { addressesOf } from './http/addresses.ts';
import { type ConsentServer, type ConsentServerOptions, startConsentServer } from './http/server.ts';
import { createTlsFiles } from './http/tls.ts';
import { createKubeSource } from './kube-source.ts';
import type { ConsentOutcome } from './outcomes.ts';
import type { KubeSourceOptions } from './source.ts';

/** What the consent pages need, except what only a running operator provides. */
export interface ConsentServiceOptions {
  readonly config: Config;
  readonly pool: OpenConnectorsPool;
  readonly scrubber: Redactor;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LineLog;
  readonly readMounted: KubeSourceOptions['readMounted'];
  readonly observe?: ((outcome: ConsentOutcome) => void) | undefined;
  /** Serves the handler; `CONSENT_PORT` unless set. */
  readonly listen?: ListenConsent | undefined;
}

/** Serves the consent pages until `stop` of the returned server. */
export type ListenConsent = (options: ConsentServerOptions) => Promise<ConsentServer>;

/** What a running operator provides. */
export interface ConsentSurroundings {
  /** A client that every replica may use, not only the leader. */
  readonly rest: KubeRest;
  readonly clusterId: string;
  /** From the caches: metadata of a Secret, and a connector. */
  readonly secret: (namespace: string, name: string) => KubeObject | undefined;
  readonly connector: (namespace: string, name: string) => KubeObject | undefined;
}

/** Starts the consent pages in a running operator. */
export type StartConsent = (surroundings: ConsentSurroundings) => Promise<ConsentServer>;

/** Starts the consent pages, after the caches are synced; `undefined` where `EXTERNAL_URL` is not set. */
export function createConsentService(options: ConsentServiceOptions): StartConsent | undefined {
  const { config, pool, scrubber, clock, random, log, readMounted, observe } = options;
  const { listen = startConsentServer } = options;
  const { externalUrl, consentPort, consentTlsDir, bindAddress } = config;
  if (externalUrl === undefined) {
    return undefined;
  }
  return async ({ rest, clusterId, secret, connector }) => {
    const addresses = addressesOf(externalUrl);
    const register = (value: string): void => scrubber.register(value);
    const secrets = createKubeSecrets({ rest, cached: secret, register });
    const handler = createConsentHandler({
      addresses,
      clusterId,
      clock,
      random,
      secrets,
      register,
      auditLog: createAuditLog(log, clock, observe),
      source: createKubeSource({
        rest,
        secrets,
        pool,
        random,
        config,
        readMounted,
        callbackUrl: addresses.callback,
        isServed: ({ namespace, name }) => connector(namespace, name) !== undefined,
      }),
    });
    const server = await listen({
      handler,
      clock,
      origin: addresses.origin,
      port: consentPort,
      bindAddress,
      onDefect: (error) => log.warn({ error }, 'Failed to answer a request to the consent pages'),
      tls:
        consentTlsDir === undefined
          ? undefined
          : createTlsFiles(consentTlsDir, clock, (error) =>
              log.warn({ error }, 'Failed to load the renewed certificate of the consent pages'),
            ),
    });
    log.info({ port: server.port, tls: consentTlsDir !== undefined }, 'Serving the consent pages');
    return server;
  };
}
