import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from 'test-kit/certificate-authority.ts';
import { ownCallbackUrlOf } from '../../src/authorization/consent-urls.ts';
import { askOver } from '../support/consent/site.ts';
import { Visitor } from '../support/consent/visitor.ts';
import { freePort } from '../support/controlplane/ports.ts';

const host = 'localhost';

/** The address of the operator's consent pages on this machine. */
export interface Site {
  /** Settings of the operator. */
  readonly env: Readonly<Record<string, string>>;
  /** The operator's own callback URL. */
  readonly callbackUrl: string;
  /** A browser without cookies that trusts the certificate of the pages. */
  browser(): Visitor;
}

/** Chooses a port, and writes a certificate for it into a new folder in `folder`. */
export async function prepareSite(folder: string): Promise<Site> {
  const authority = await createAuthority('demonstration');
  const { certPem, keyPem } = await authority.issue(host, [host]);
  const tlsFolder = join(folder, 'consent-tls');
  await mkdir(tlsFolder, { mode: 0o700 });
  await writeFile(join(tlsFolder, 'tls.crt'), certPem);
  await writeFile(join(tlsFolder, 'tls.key'), keyPem, { mode: 0o600 });
  const port = await freePort();
  const externalUrl = `https://${host}:${port}`;
  return {
    callbackUrl: ownCallbackUrlOf(externalUrl),
    env: {
      EXTERNAL_URL: externalUrl,
      CONSENT_PORT: String(port),
      CONSENT_TLS_DIR: tlsFolder,
    },
    browser: () => new Visitor(askOver(port, host, authority.caPem)),
  };
}
