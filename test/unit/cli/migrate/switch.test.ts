import { describe, expect, it } from 'vitest';
import { ANNOTATIONS } from '../../../../src/api/group.ts';
import { switchBack, switchOver } from '../../../../src/cli/migrate/changes/switch.ts';
import { condition, connector, readyStatus } from '../../../support/builders/connector.ts';
import { NOW, second } from '../../../support/builders/time.ts';

const crm = { id: 7, connector: 'infusionsoftcrm' };
const rest = { id: 8, connector: 'infusionsoftrest' };
const spec = { connector: 'infusionsoftrest', encryptedKeySecretRef: undefined } as const;
const pendingConditions = [condition('Ready', 'True', 'SwitchPending')];
const pending = connector({
  spec,
  status: readyStatus(7, { instance: crm, next: rest, conditions: pendingConditions }),
});
const retained = connector({
  spec,
  status: readyStatus(8, {
    instance: rest,
    replacing: { ...crm, until: second(60_000) },
    lastHandledSwitchAt: second(-1_000),
  }),
});
const backAgain = connector({
  spec,
  status: readyStatus(7, {
    instance: crm,
    next: { ...rest, switchedBack: true },
    conditions: pendingConditions,
  }),
});
const requested = {
  ...pending,
  metadata: { ...pending.metadata, annotations: { [ANNOTATIONS.switch]: 'new' } },
};

describe('a switch', () => {
  it('is planned for a connector whose new instance waits for it', () => {
    expect(switchOver.assess(pending, NOW)).toEqual({
      kind: 'planned',
      details: 'Secret crm-connection: instance 8',
    });
  });

  it('sets the annotation to the time', () => {
    const patch = switchOver.patchOf(pending, NOW);
    expect(patch).toEqual({
      metadata: { annotations: { [ANNOTATIONS.switch]: new Date(NOW).toISOString() } },
    });
  });

  it('sets another value than one of the same millisecond', () => {
    const value = new Date(NOW).toISOString();
    const handled = { ...pending, status: { ...pending.status, lastHandledSwitchAt: value } };
    expect(switchOver.patchOf(handled, NOW).metadata?.annotations[ANNOTATIONS.switch]).not.toBe(value);
  });

  it('is started while the operator has not handled the annotation', () => {
    expect(switchOver.assess(requested, NOW)).toEqual({ kind: 'started' });
    expect(switchOver.progressOf(requested)).toEqual({ kind: 'working' });
  });

  it('is done after it', () => {
    expect(switchOver.assess(retained, NOW)).toEqual({ kind: 'done' });
    expect(switchOver.progressOf(retained)).toEqual({ kind: 'done' });
  });

  it('does not concern a connector without a new instance', () => {
    expect(switchOver.assess(connector({ status: readyStatus(7) }), NOW)).toEqual({ kind: 'other' });
  });

  it('is refused for a suspended connector', () => {
    const suspended = { ...pending, spec: { ...pending.spec, suspend: true } };
    expect(switchOver.assess(suspended, NOW)).toMatchObject({ kind: 'refused' });
  });
});

describe('a switch back', () => {
  it('is planned within the retention', () => {
    expect(switchBack.assess(retained, NOW)).toEqual({
      kind: 'planned',
      details: 'Secret crm-connection: instance 7',
    });
  });

  it('does not concern a connector after the retention, or before the switch', () => {
    expect(switchBack.assess(retained, NOW + 60_001)).toEqual({ kind: 'other' });
    expect(switchBack.assess(pending, NOW)).toEqual({ kind: 'other' });
  });

  it('is done where the new instance waits again', () => {
    expect(switchBack.assess(backAgain, NOW)).toEqual({ kind: 'done' });
    expect(switchBack.progressOf(backAgain)).toEqual({ kind: 'done' });
    expect(switchBack.progressOf(retained)).toEqual({ kind: 'working' });
  });
});
