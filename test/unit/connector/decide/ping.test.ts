import { describe } from 'vitest';
import { attempt } from '../../../support/builders/connector.ts';
import { ID, settledWorld } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
import { READ } from '../../../support/builders/secrets.ts';
import { blockedBy, decides } from './table.ts';

describe('a ping that is forbidden', () => {
  decides([
    {
      name: 'and not looked into',
      because: 'the platform may have disabled the instance since the inventory was taken',
      input: settledWorld({ instances: [instance(ID)], pass: { ping: 'forbidden' } }),
      action: { type: 'read-instance', id: ID },
    },
    {
      name: 'because the platform disabled the instance',
      because: 'its grant is gone, and enabling it would not bring it back',
      input: settledWorld({
        instances: [instance(ID, { disabled: true })],
        secrets: READ,
        connector: { annotations: { attempt: attempt() } },
        pass: { ping: 'forbidden', read: [ID] },
      }),
      action: blockedBy(
        'Authorized',
        'AuthorizationRevoked',
        'Infusionsoft rejected the authorization of instance 4711. Provide a new code in Secret "crm-code".',
        'any',
      ),
    },
    {
      name: 'although the instance is enabled',
      because: 'it is the right of the user that is missing, which passes or is mended elsewhere',
      input: settledWorld({ instances: [instance(ID)], pass: { ping: 'forbidden', read: [ID] } }),
      action: blockedBy(
        'Ready',
        'InstanceNotAnswering',
        'Open Connectors refused the test call through instance 4711 (403). Grant the user of the account access to the instance.',
        'any',
      ),
    },
  ]);
});
