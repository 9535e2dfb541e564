import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import type { Random } from 'test-kit/random.ts';
import { createIds } from './ids.ts';
import type { SimulatorOptions } from './simulator.ts';

/** The names of the Secrets in a cluster. */
export const TLS_SECRET = 'open-connectors-simulator-tls';
export const CREDENTIALS_SECRET = 'open-connectors-simulator-credentials';

const VALID_DAYS = 365;

function secret(name: string, component: string, type: string, stringData: Readonly<Record<string, string>>) {
  const labels = {
    'app.kubernetes.io/name': 'open-connectors-simulator',
    'app.kubernetes.io/part-of': 'openconnectors',
    'app.kubernetes.io/component': component,
  };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, type, stringData };
}

/**
 * Two Secrets for a simulator in a cluster, as a `List` for kubectl: a certificate for `hostnames` that is valid for a
 * year, and random credentials under the keys that an OpenConnectorsAccount and an InfusionsoftConnector read.
 */
export async function createSecrets(hostnames: readonly string[], random: Random): Promise<object> {
  const authority = await createAuthority('open connectors simulator', VALID_DAYS);
  const { certPem, keyPem } = await authority.issue('open-connectors-simulator', hostnames);
  const ids = createIds(random);
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      secret(TLS_SECRET, 'tls', 'kubernetes.io/tls', {
        'ca.crt': authority.caPem,
        'tls.crt': certPem,
        'tls.key': keyPem,
      }),
      secret(CREDENTIALS_SECRET, 'credentials', 'Opaque', {
        userSecret: ids.secret(),
        organizationSecret: ids.organizationSecret(),
        client_id: ids.providerToken(),
        client_secret: ids.providerToken(),
      }),
    ],
  };
}

/** Certificate and credentials from a folder on which both Secrets are mounted. Rejects when a file is missing. */
export async function readSecrets(
  folder: string,
): Promise<Pick<SimulatorOptions, 'certificate' | 'credentials' | 'app'>> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    certificate: {
      caPem: await read('ca.crt'),
      certPem: await read('tls.crt'),
      keyPem: await read('tls.key'),
    },
    credentials: {
      userSecret: await read('userSecret'),
      organizationSecret: await read('organizationSecret'),
    },
    app: { clientId: await read('client_id'), clientSecret: await read('client_secret') },
  };
}
