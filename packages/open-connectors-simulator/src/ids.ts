import type { Random } from 'test-kit/random.ts';

/** Random secrets and ids in the formats of the platform and of the provider. */
export interface Ids {
  /** 44 characters of base64 with `+`, `/` and `=`: user secrets and instance tokens. */
  secret(): string;
  /** 32 hex digits. */
  organizationSecret(): string;
  /** 24 hex digits. */
  requestId(): string;
  /** 24 lower-case letters and digits: codes, tokens and client ids of the provider. */
  providerToken(): string;
}

export function createIds(random: Random): Ids {
  const hex = (bytes: number): string => random.bytes(bytes).toString('hex');
  return {
    secret() {
      const text = random.bytes(32).toString('base64');
      // Every secret has the characters that break in a URL without encoding.
      return `${text.slice(0, 9)}+${text.slice(10, 20)}/${text.slice(21)}`;
    },
    organizationSecret: () => hex(16),
    requestId: () => hex(12),
    providerToken: () => hex(12),
  };
}
