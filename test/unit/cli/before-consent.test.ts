import { describe, expect, it } from 'vitest';
import { waitUntilConsentRequired } from '../../../src/cli/authorize/before-consent.ts';
import type { Session } from '../../../src/cli/authorize/session.ts';
import type { Resources } from '../../../src/cli/cluster/resources.ts';
import { createOutput } from '../../../src/cli/render/output.ts';
import { condition, connector } from '../../support/builders/connector.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const invalid = connector({
  status: {
    observedGeneration: 1,
    conditions: [
      condition('Ready', 'False', 'SecretInvalid', { message: 'Any text.' }),
      condition('Stalled', 'True', 'SecretInvalid'),
    ],
  },
});

/** A session in which reading the Secret of the code returns `secret`. */
function sessionWith(secret: Awaited<ReturnType<Resources['secret']>>): Session {
  const unused = () => Promise.reject(new Error('unexpected call'));
  return {
    context: {
      output: createOutput(
        () => undefined,
        () => undefined,
      ),
      input: { isTerminal: false, lines: () => ({ [Symbol.asyncIterator]: () => ({ next: unused }) }) },
      clock: new VirtualClock(),
      random: seededRandom(1),
      env: {},
      home: '/nonexistent',
      platform: 'linux',
      onInterrupt: () => () => undefined,
    },
    cluster: {
      resources: {
        connector: async () => invalid,
        secret: async (_namespace, name) => {
          expect(name).toBe('crm-code');
          return secret;
        },
        connectors: unused,
        account: unused,
        accounts: unused,
        storeSecretKey: unused,
        requestReconcile: unused,
        selectConnectors: unused,
        findConnector: unused,
        patchConnector: unused,
      },
      reads: {
        connector: unused,
        connectors: unused,
        account: unused,
        accounts: unused,
        secret: unused,
        findConnector: unused,
        findSecret: unused,
        clusterId: unused,
      },
      namespace: 'team-a',
      label: 'test',
      server: 'https://k.example.com',
      close: async () => undefined,
    },
    options: {
      name: 'crm',
      secretName: undefined,
      key: undefined,
      callbackUrl: undefined,
      redirectedUrl: undefined,
      authorizeUrl: 'https://provider.example.com/authorize',
      timeoutMs: 1_000,
    },
  };
}
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a connector with an invalid Secret', () => {
  it('requires a consent where the stored code is invalid', async () => {
    const session = sessionWith({ code: base64('two\nlines') });
    expect(await waitUntilConsentRequired(session, invalid)).toBe(invalid);
  });

  it.each([
    ['the stored code is valid', { code: base64('a-code') }],
    ['no code is stored', {}],
    ['the Secret of the code does not exist', 'not-found' as const],
    ['the user cannot get the Secret of the code', 'forbidden' as const],
  ])('is blocked where %s', async (_case, secret) => {
    await expect(waitUntilConsentRequired(sessionWith(secret), invalid)).rejects.toMatchObject({
      exit: 'userAction',
      message: 'Connector "crm" is not Ready (SecretInvalid). Any text.',
    });
  });
});
