import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/api/reasons.ts';
import { requiresConsent } from '../../../src/cli/cluster/conditions.ts';
import { condition } from '../../support/builders/connector.ts';

describe('a consent', () => {
  it.each<Reason>(['AuthorizationRequired', 'AuthorizationRevoked', 'CredentialUsed'])(
    'is required with the reason %s',
    (name) => {
      expect(requiresConsent(condition('Ready', 'False', name))).toBe(true);
    },
  );

  it.each<Reason>(['OAuthClientRejected', 'ProviderUnavailable', 'LegacyApiEnded', 'SecretNotFound'])(
    'is not required with the reason %s',
    (name) => {
      expect(requiresConsent(condition('Ready', 'False', name))).toBe(false);
    },
  );
});
