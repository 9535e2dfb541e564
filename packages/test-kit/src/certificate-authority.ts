import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A key pair with its certificate, both PEM. */
export interface IssuedCertificate {
  readonly keyPem: string;
  readonly certPem: string;
}

/** A certificate authority whose key exists in this process only. */
export interface CertificateAuthority {
  readonly caPem: string;
  /** A server (and client) certificate for host names and IP addresses; valid as long as the authority. */
  issue(commonName: string, hosts: readonly string[], organization?: string): Promise<IssuedCertificate>;
}

function pemOf(label: string, der: ArrayBuffer): string {
  const body =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${body.join('\n')}\n-----END ${label}-----\n`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return pemOf('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', key));
}

/** Creates an authority, valid from yesterday for `days` from now. Writes nothing to disk. */
export async function createAuthority(name = 'test authority', days = 1): Promise<CertificateAuthority> {
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      // Differs from the name of every leaf: a certificate with equal issuer and subject counts as self-signed.
      name: `CN=${name} CA`,
      keys,
      signingAlgorithm: algorithm,
      serialNumber: '01',
      ...validity,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  return {
    caPem: `${ca.toString('pem')}\n`,
    async issue(commonName, hosts, organization) {
      const leaf = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create(
        {
          subject: organization === undefined ? `CN=${commonName}` : `CN=${commonName}, O=${organization}`,
          issuer: ca.subject,
          publicKey: leaf.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          ...validity,
          extensions: [
            new x509.BasicConstraintsExtension(false),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension([
              x509.ExtendedKeyUsage.serverAuth,
              x509.ExtendedKeyUsage.clientAuth,
            ]),
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
            ),
            await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
          ],
        },
        webcrypto,
      );
      return { keyPem: await exportKey(leaf.privateKey), certPem: `${certificate.toString('pem')}\n` };
    },
  };
}
