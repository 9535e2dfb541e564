import { describe } from 'vitest';
import { attempt, digest, readyStatus } from '../../../support/builders/connector.ts';
import { ID, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { VALUES } from '../../../support/builders/secrets.ts';
import { NOW } from '../../../support/builders/time.ts';
import { blockedBy, decides } from './table.ts';

describe('a ping that is forbidden', () => {
  decides([
    {
      name: 'and not looked into',
      because: 'the platform may have disabled the instance since the inventory was taken',
      input: settledInput({ instances: [instance(ID)], log: { ping: 'forbidden' } }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'because the platform disabled the instance',
      because: 'an outage of the token endpoint disables instances as well as a revoked grant',
      input: settledInput({
        instances: [instance(ID, { disabled: true })],
        log: { ping: 'forbidden', read: [ID] },
      }),
      action: { type: 'verify-account', id: ID },
    },
    {
      name: 'although the instance is enabled',
      because: 'it is the right of the user that is missing, which passes or is mended elsewhere',
      input: settledInput({ instances: [instance(ID)], log: { ping: 'forbidden', read: [ID] } }),
      action: blockedBy(
        'Ready',
        'InstanceNotAnswering',
        'Open Connectors refused the test call through instance 4711 (403). Grant the user of the account access to the instance.',
        'any',
      ),
    },
    {
      name: 'because the instance is disabled, and no reconcile has left it enabled',
      because: 'it is enabled as the spec says, which is no matter of rights',
      input: settledInput({
        connector: {
          status: readyStatus(ID, { instance: { ...readyStatus(ID).instance, id: ID, enabled: false } }),
        },
        instances: [instance(ID, { disabled: true })],
        log: { ping: 'forbidden', read: [ID] },
      }),
      action: { type: 'enable', id: ID, enabled: true },
    },
  ]);
});

describe('an instance that is disabled while the outcome of a new grant is unknown', () => {
  const disabled = (ambiguous: string) =>
    settledInput({
      connector: { annotations: { attempt: attempt({ operation: 'reauthorize' }) } },
      instances: [instance(ID, { disabled: true })],
      memory: { ambiguous: { digest: ambiguous, at: NOW } },
      log: { read: [ID] },
    });
  decides([
    {
      name: 'of this grant',
      because: 'a call through it shows whether the grant took effect',
      input: disabled(digest(VALUES.code)),
      action: { type: 'enable', id: ID, enabled: true },
    },
    {
      name: 'of an earlier grant',
      because: 'the latest one is known to have ended, so that the failure is judged',
      input: disabled(digest('another code')),
      action: { type: 'verify-account', id: ID },
    },
  ]);
});
