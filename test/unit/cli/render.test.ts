import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenConnectorsAccount } from '../../../src/api/account.ts';
import { REASON_NAMES, reason } from '../../../src/api/reasons.ts';
import { formatRelativeTime, formatSpan } from '../../../src/cli/render/age.ts';
import { renderConnector, renderReason } from '../../../src/cli/render/explain.ts';
import { adviceOnOrphans, renderOrphans } from '../../../src/cli/render/orphans.ts';
import { renderStatus, renderStatusTable } from '../../../src/cli/render/status.ts';
import { account } from '../../support/builders/account.ts';
import { condition, connector, readyStatus } from '../../support/builders/connector.ts';
import { NOW, second } from '../../support/builders/time.ts';

const conditionsPage = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'reference', 'conditions.md'),
  'utf8',
);
const failing = connector({
  metadata: { name: 'failing', generation: 2 },
  spec: { accountRef: undefined },
  status: readyStatus(7, {
    conditions: [
      condition('Ready', 'False', 'RemoteRejected', { message: 'No.', lastTransitionTime: second(-90_000) }),
      condition('Stalled', 'True', 'RemoteRejected', { lastTransitionTime: second(-90_000) }),
    ],
    replacing: { id: 6, connector: 'infusionsoftcrm' },
    authorization: undefined,
    binding: undefined,
    failures: { count: 3, lastReason: 'RemoteError', nextAttemptAt: second(240_000) },
  }),
});

describe('an age', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [86_400_000 * 400, '400d'],
  ])('of %i ms is %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });

  it('is relative to now, and other text stays unchanged', () => {
    expect(formatRelativeTime(second(-120_000), NOW)).toBe('2m ago');
    expect(formatRelativeTime(second(120_000), NOW)).toMatch(/^in [12]m$/);
    expect(formatRelativeTime('soon', NOW)).toBe('soon');
  });
});

describe('status', () => {
  it('shows a connector that is not reconciled yet', () => {
    expect(renderStatus(connector(), NOW)).toEqual([
      'Connector crm in namespace team-a',
      '  Ready             Unknown (not reconciled yet)',
      '  Instance          none',
      '  Account           sap',
      '  Authorization     unknown',
      '  Connection        Secret "crm-connection" (not created yet)',
      '  Last transition   -',
      '  Next retry        -',
    ]);
  });

  it('shows a connector that is Ready', () => {
    const lines = renderStatus(connector({ status: readyStatus(7) }), NOW);
    expect(lines).toContain('  Ready             True (Succeeded) for 1h');
    expect(lines).toContain('  Instance          7 "team-a-crm" (infusionsoftcrm)');
    expect(lines).toContain('  Authorization     authorized 9m ago');
    expect(lines.join('\n')).not.toContain('Next step');
  });

  it('shows the instance before a switch', () => {
    const status = readyStatus(7, { next: { id: 8, connector: 'infusionsoftrest' } });
    expect(renderStatus(connector({ status }), NOW)).toContain(
      '  Instance          7 "team-a-crm" (infusionsoftcrm, before the switch to 8)',
    );
  });

  it('shows failure, retry and next action', () => {
    const lines = renderStatus(failing, NOW).map((line) => line.replace(/in [34]m/, 'in 4m'));
    expect(lines).toEqual([
      'Connector failing in namespace team-a',
      '  Ready             False (RemoteRejected, stalled) for 1m; latest spec change not reconciled yet',
      '  Message           No.',
      '  Instance          7 "team-a-crm" (infusionsoftcrm, replaces 6)',
      "  Account           the operator's default account (organization 5211 at api.openconnectors.us2.ext.hana.ondemand.com)",
      '  Authorization     unknown',
      '  Connection        Secret "failing-connection" (not created yet)',
      '  Last transition   1m ago (Ready=False)',
      '  Next retry        in 4m (3 failures)',
      '',
      'Next step: kubectl openconnectors explain failing -n team-a',
    ]);
  });

  it('names the start page, or the command without one', () => {
    const waiting = (startUrl?: string) =>
      renderStatus(
        connector({
          status: {
            conditions: [
              condition('Ready', 'False', 'AuthorizationRequired'),
              condition('Authorized', 'False', 'AuthorizationRequired'),
            ],
            ...(startUrl !== undefined && { authorization: { startUrl } }),
          },
        }),
        NOW,
      ).join('\n');
    expect(waiting()).toContain('Next step: kubectl openconnectors authorize crm -n team-a');
    expect(waiting('https://c.example.com/connect/team-a/crm')).toContain(
      'not authorized (AuthorizationRequired), start page https://c.example.com/connect/team-a/crm',
    );
    expect(waiting('https://c.example.com/connect/team-a/crm')).not.toContain('authorize crm');
  });

  it('shows many connectors as a table, sorted by name', () => {
    const other = connector({ metadata: { name: 'a', namespace: 'team-b' }, status: readyStatus(8) });
    const lines = renderStatusTable([other, failing, connector()], NOW, true);
    expect(lines.map((line) => line.split(/ {3,}/).slice(0, 6))).toEqual([
      ['NAMESPACE', 'NAME', 'READY', 'REASON', 'INSTANCE', 'ACCOUNT'],
      ['team-a', 'crm', 'Unknown', '-', '-', 'sap'],
      ['team-a', 'failing', 'False', 'RemoteRejected', '7', '(default)'],
      ['team-b', 'a', 'True', 'Succeeded', '8', 'sap'],
    ]);
    expect(renderStatusTable([other], NOW, false)[0]).toMatch(/^NAME +READY/);
  });
});

describe('explain', () => {
  it.each(REASON_NAMES)('prints the documentation of %s', (name) => {
    const [title, ...lines] = renderReason(name);
    expect(title).toBe(name);
    const text = lines.join('\n');
    const { meaning, whatToDo } = reason(name);
    expect(text).toContain(`Meaning      ${meaning}`);
    expect(text).toContain(`What to do   ${whatToDo}`);
    const section = conditionsPage.split(`### ${name}\n`)[1]?.split('\n### ')[0] ?? '';
    expect(section).toContain(meaning);
    expect(section).toContain(whatToDo);
  });

  it('prints Ready first', () => {
    const lines = renderConnector(failing);
    expect(lines[0]).toBe('Connector failing in namespace team-a is not Ready: RemoteRejected');
    expect(lines[1]).toContain('latest spec change is not reconciled yet');
    expect(lines.join('\n')).toContain(reason('RemoteRejected').whatToDo);
    expect(lines.at(-1)).toContain('Stalled True');
  });

  it('prints what to check for a connector that is not reconciled', () => {
    expect(renderConnector(connector()).join('\n')).toContain('watches this namespace');
  });

  it('accepts a reason of a newer operator', () => {
    const newer = connector({
      status: {
        observedGeneration: 1,
        conditions: [{ ...condition('Ready', 'False', 'InternalError'), reason: 'Enchanted' }],
      },
    });
    expect(renderConnector(newer).join('\n')).toContain('Enchanted (unknown to this version of the plugin)');
  });
});

describe('orphans', () => {
  const counted = (instances?: NonNullable<OpenConnectorsAccount['status']>['instances']) =>
    account({ status: { ...(instances !== undefined && { instances }) } });

  it.each([
    [undefined, ['Account sap in namespace team-a: instances not counted yet.']],
    [{ managed: 1, orphaned: 0 }, ['Account sap in namespace team-a: 1 instance managed, 0 orphaned.']],
    [
      { managed: 5, orphaned: 3, orphans: [{ id: 71, name: 'one' }, { id: 7200 }] },
      [
        'Account sap in namespace team-a: 5 instances managed, 3 orphaned:',
        '  INSTANCE   NAME',
        '  71         one',
        '  7200       -',
        '  and 1 more',
      ],
    ],
  ])('are listed as in the status (case %#)', (instances, lines) => {
    expect(renderOrphans(counted(instances))).toEqual(lines);
  });

  it('are reported as not counted', () => {
    expect(renderOrphans(counted({ managed: 5 })).join('\n')).toContain('not counted');
  });

  it('come with the tags to search for where the status lists none', () => {
    expect(renderOrphans(counted({ managed: 0, orphaned: 2 })).join('\n')).toContain('k8s-cluster-');
  });

  it('come with advice where there are any', () => {
    expect(adviceOnOrphans([counted({ orphaned: 0 })])).toEqual([]);
    expect(adviceOnOrphans([counted(), counted({ orphaned: 1 })]).join('\n')).toContain('importId');
  });
});
