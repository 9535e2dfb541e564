import { describe } from 'vitest';
import { ID, settledInput } from '../../../support/builders/input.ts';
import { instance } from '../../../support/builders/instance.ts';
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
  ]);
});
