import { fingerprint } from 'open-connectors-simulator/fingerprint.ts';
import type { Subject } from '../../../soak/model/subject.ts';
import { account, CALLBACK_URL, secret } from '../../../support/workbench/manifests.ts';
import type { Stage } from '../../environment/stage.ts';
import type { Base } from '../kind.ts';

const oauth = {
  clientSecretRef: { name: 'client', clientIdKey: 'id', clientSecretKey: 'secret' },
  callbackUrl: CALLBACK_URL,
  scope: 'full',
};

/** Fields of both connectors. */
const COMMON = {
  accountRef: { name: 'sap' },
  instance: {
    name: 'Sales',
    tags: ['team-sales'],
    configuration: { 'filter.response.nulls': 'false', 'pagination.max': '120' },
    enabled: true,
  },
  connectionSecretRef: { name: 'binding' },
  replacement: { switch: 'Automatic', retainFor: '0s' },
  connectionSecretTemplate: {
    metadata: {
      labels: { 'reloader.stakater.com/team': 'sales' },
      annotations: { 'reloader.stakater.com/match': 'true' },
    },
    keys: { OPEN_CONNECTORS_TOKEN: 'element-token' },
  },
  includeAccountCredentials: true,
  deletionPolicy: 'Delete',
  driftPolicy: 'Correct',
  ignoreDrift: ['configuration.event.objects'],
  managementPolicy: 'Manage',
  missingPolicy: 'Recreate',
  suspend: false,
} as const;

const CRM: Base = {
  name: 'infusionsoftcrm with a code',
  async prepare(stage) {
    const subject = subjectOf(stage);
    await prepareSecrets(stage, subject);
    return {
      ...COMMON,
      connector: 'infusionsoftcrm',
      server: subject.server,
      encryptedKeySecretRef: { name: 'key', key: 'key' },
      oauth: { ...oauth, authorizationCodeSecretRef: { name: 'code', key: 'code' } },
    };
  },
};

const REST: Base = {
  name: 'infusionsoftrest with a refresh token and events',
  async prepare(stage) {
    const subject = subjectOf(stage);
    await prepareSecrets(stage, subject);
    return {
      ...COMMON,
      connector: 'infusionsoftrest',
      oauth: { ...oauth, refreshTokenSecretRef: { name: 'token', key: 'token' } },
      events: {
        callbackUrl: 'https://events.example.com/x',
        signatureKeySecretRef: { name: 'signature', key: 'signature' },
        pollInterval: '5m',
        resources: ['contacts'],
      },
    };
  },
};

const ADOPTED: Base = {
  name: 'an adopted instance',
  async prepare(stage) {
    const subject = subjectOf(stage);
    await prepareSecrets(stage, subject);
    const { simulation } = stage.environment;
    const { clientId, clientSecret } = subject.app;
    const { id } = simulation.addInstance({
      connector: 'infusionsoftrest',
      name: 'Sales',
      tags: [],
      clientId,
      configuration: { 'oauth.api.key': clientId, 'oauth.api.secret': clientSecret },
    });
    return {
      ...COMMON,
      connector: 'infusionsoftrest',
      oauth,
      instance: { ...COMMON.instance, importId: id },
    };
  },
};

/** A connector of each element, and one that adopts an instance. */
export const CONNECTOR_BASES: readonly Base[] = [CRM, REST, ADOPTED];

/** Each value under two keys and in two Secrets, so that a reference can change to another valid one. */
async function prepareSecrets(stage: Stage, subject: Subject): Promise<void> {
  const { simulation, team } = stage.environment;
  const { clientId, clientSecret } = subject.app;
  const key = 'key-of-the-test';
  for (const server of [subject.server, OTHER_SERVER]) {
    simulation.registerAccount({ server, encryptedKey: key });
  }
  simulation.registerAccount({ server: STRICT_SERVER, encryptedKey: 'another-key' });
  const code = (): string => newCode(stage, subject);
  const token = (): string => simulation.issueRefreshToken({ clientId });
  for (const suffix of ['', '-2']) {
    await team.create(
      secret(`client${suffix}`, {
        ...{ id: clientId, secret: clientSecret, 'id-2': clientId, 'secret-2': clientSecret },
        ...{ client_id: clientId, client_secret: clientSecret },
      }),
      secret(`key${suffix}`, { key, 'key-2': key, encryptedKey: key }),
      secret(`code${suffix}`, { code: code(), 'code-2': code() }),
      secret(`token${suffix}`, { token: token(), 'token-2': token(), refresh_token: token() }),
      secret(`signature${suffix}`, {
        ...{ signature: SIGNATURE_KEY, 'signature-2': SIGNATURE_KEY, signatureKey: SIGNATURE_KEY },
      }),
    );
  }
  await team.create(
    secret(TAKEN_SECRET, { value: 'of a user' }),
    account(OTHER_ACCOUNT, simulation.baseUrl, { credentialsSecretRef: { name: 'sap-account' } }),
  );
}

/** Stores a code and a refresh token that were never used. */
export async function renewGrants(stage: Stage): Promise<void> {
  const subject = subjectOf(stage);
  const { simulation, team } = stage.environment;
  const token = simulation.issueRefreshToken({ clientId: subject.app.clientId });
  await team.patch('Secret', 'code', { stringData: { code: newCode(stage, subject) } });
  await team.patch('Secret', 'token', { stringData: { token } });
}

function subjectOf({ subjects: [subject] }: Stage): Subject {
  if (subject === undefined) {
    throw new Error('the stage has no connector');
  }
  return subject;
}

function newCode({ environment: { simulation }, clock }: Stage, subject: Subject): string {
  const { clientId } = subject.app;
  const value = simulation.issueCode({ clientId, callbackUrl: CALLBACK_URL });
  subject.codes.push({ fingerprint: fingerprint(value), clientId, storedAt: clock.now() });
  return value;
}

const SIGNATURE_KEY = 'signature-key-of-the-test-0123456789';

/** A second server that accepts the Encrypted Key. */
export const OTHER_SERVER = 'crm-2.infusionsoft.com';
/** A server that refuses the Encrypted Key. */
export const STRICT_SERVER = 'crm-3.infusionsoft.com';
/** A second OpenConnectorsAccount for the same user. */
export const OTHER_ACCOUNT = 'sap-2';
/** A Secret that a user created. */
export const TAKEN_SECRET = 'taken';
