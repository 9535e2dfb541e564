import { describe, expect, it } from 'vitest';
import { switchBack, switchOver } from '../../../../src/cli/migrate/changes/switch.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import { followUp } from '../../../../src/cli/migrate/follow-up.ts';
import type { Item } from '../../../../src/cli/migrate/item.ts';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { NOW } from '../../../support/builders/time.ts';

const commandWith = (flags: readonly string[]): string => `migrate crm ${flags.join(' ')}`;
const done = (status: ReturnType<typeof readyStatus>): Item => ({
  connector: connector({ spec: { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined }, status }),
  state: { kind: 'done' },
});
const pending = done(
  readyStatus(7, {
    next: { id: 8, connector: 'infusionsoftrest' },
    conditions: [condition('Ready', 'True', 'SwitchPending')],
  }),
);

describe('the end of a migration', () => {
  it('names the command that switches the connectors', () => {
    expect(followUp(toRest, [pending], commandWith, NOW)).toEqual([
      'The connection Secrets still have the old instances. Test the applications with the Secrets "<connection Secret>-next".',
      'To switch, run: migrate crm --switch --yes',
    ]);
  });

  it('names none where the connection Secrets have the new instances', () => {
    expect(followUp(toRest, [done(readyStatus(8))], commandWith, NOW)).toEqual([]);
  });

  it('names none while a connector waits', () => {
    const waiting: Item = { ...pending, state: { kind: 'waiting' } };
    expect(followUp(toRest, [waiting], commandWith, NOW)).toEqual([]);
  });

  it('names none after a switch in either direction', () => {
    expect(followUp(switchOver, [done(readyStatus(8))], commandWith, NOW)).toEqual([]);
    expect(followUp(switchBack, [pending], commandWith, NOW)).toEqual([]);
  });
});
