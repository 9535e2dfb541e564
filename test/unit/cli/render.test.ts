import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OpenConnectorsAccount } from '../../../src/api/account.ts';
import { REASON_NAMES, reason } from '../../../src/api/reasons.ts';
import { formatMoment, formatSpan } from '../../../src/cli/render/age.ts';
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
  test.each([
    [0, '0s'],
    [-5, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [86_400_000 * 400, '400d'],
  ])('of %i ms is %s', (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });

  test('lies before or after now, and is told as it is where it is none', () => {
    expect(formatMoment(second(-120_000), NOW)).toBe('2m ago');
    expect(formatMoment(second(120_000), NOW)).toMatch(/^in [12]m$/);
    expect(formatMoment('soon', NOW)).toBe('soon');
  });
});

describe('status', () => {
  test('of a connector that nobody has looked at', () => {
    expect(renderStatus(connector(), NOW)).toEqual([
      'Connector crm in namespace team-a',
      '  Ready           Unknown: the operator has not looked at it yet',
      '  Instance        none yet',
      '  Account         sap',
      '  Authorization   not known yet',
      '  Connection      Secret "crm-connection", not written yet',
      '  Last change     -',
      '  Next try        -',
    ]);
  });

  test('of one that works', () => {
    const lines = renderStatus(connector({ status: readyStatus(7) }), NOW);
    expect(lines).toContain('  Ready           True (Succeeded) for 1h');
    expect(lines).toContain('  Instance        7 "team-a-crm" (infusionsoftcrm)');
    expect(lines).toContain('  Authorization   works, access was allowed 9m ago');
    expect(lines.join('\n')).not.toContain('What to do');
  });

  test('of one that fails, tells all that helps', () => {
    const lines = renderStatus(failing, NOW).map((line) => line.replace(/in [34]m/, 'in 4m'));
    expect(lines).toEqual([
      'Connector failing in namespace team-a',
      '  Ready           False (RemoteRejected, stalled) for 1m; the latest change of the spec has not been looked at yet',
      '  Message         No.',
      '  Instance        7 "team-a-crm" (infusionsoftcrm, replaces 6)',
      "  Account         the operator's default account (organization 5211 at api.openconnectors.us2.ext.hana.ondemand.com)",
      '  Authorization   not known yet',
      '  Connection      Secret "failing-connection", not written yet',
      '  Last change     1m ago (Ready became False)',
      '  Next try        in 4m (3 failed)',
      '',
      'What to do: kubectl openconnectors explain failing -n team-a',
    ]);
  });

  test('of one that waits for a person, names the page, or the command where there is none', () => {
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
    expect(waiting()).toContain('What to do: kubectl openconnectors authorize crm -n team-a');
    expect(waiting('https://c.example.com/connect/team-a/crm')).toContain(
      'missing (AuthorizationRequired), to be given at https://c.example.com/connect/team-a/crm',
    );
    expect(waiting('https://c.example.com/connect/team-a/crm')).not.toContain('authorize crm');
  });

  test('of many is a table in the order of their names', () => {
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
  test.each(REASON_NAMES)('says of %s what the reference says', (name) => {
    const [title, ...lines] = renderReason(name);
    expect(title).toBe(name);
    const text = lines.join('\n');
    const { meaning, whatToDo } = reason(name);
    expect(text).toContain(`Meaning        ${meaning}`);
    expect(text).toContain(`What to do     ${whatToDo}`);
    const section = conditionsPage.split(`### ${name}\n`)[1]?.split('\n### ')[0] ?? '';
    expect(section).toContain(meaning);
    expect(section).toContain(whatToDo);
  });

  test('of a connector begins with the summary', () => {
    const lines = renderConnector(failing);
    expect(lines[0]).toBe('Connector failing in namespace team-a is not Ready: RemoteRejected');
    expect(lines[1]).toContain('has not looked at the latest change');
    expect(lines.join('\n')).toContain(reason('RemoteRejected').whatToDo);
    expect(lines.at(-1)).toContain('Stalled True');
  });

  test('of a connector that nobody has looked at says what that means', () => {
    expect(renderConnector(connector()).join('\n')).toContain('does not serve this namespace');
  });

  test('knows that a newer operator may say more than it knows', () => {
    const strange = connector({
      status: {
        observedGeneration: 1,
        conditions: [{ ...condition('Ready', 'False', 'InternalError'), reason: 'Enchanted' }],
      },
    });
    expect(renderConnector(strange).join('\n')).toContain(
      'Enchanted is a reason that this version does not know.',
    );
  });
});

describe('orphans', () => {
  const counted = (instances?: NonNullable<OpenConnectorsAccount['status']>['instances']) =>
    account({ status: { ...(instances !== undefined && { instances }) } });

  test.each([
    [undefined, ['Account sap in namespace team-a: the operator has not counted its instances yet.']],
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
  ])('%#', (instances, lines) => {
    expect(renderOrphans(counted(instances))).toEqual(lines);
  });

  test('that are not counted are not taken for none', () => {
    expect(renderOrphans(counted({ managed: 5 })).join('\n')).toContain('not counted');
  });

  test('that the status only counts are told how to find', () => {
    expect(renderOrphans(counted({ managed: 0, orphaned: 2 })).join('\n')).toContain('k8s-cluster-');
  });

  test('come with advice', () => {
    expect(adviceOnOrphans([counted({ orphaned: 0 })])).toEqual([]);
    expect(adviceOnOrphans([counted(), counted({ orphaned: 1 })]).join('\n')).toContain('importId');
  });
});
