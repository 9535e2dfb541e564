import { describe, expect, it } from 'vitest';
import { Board } from '../../../../src/cli/migrate/board.ts';
import { toRest } from '../../../../src/cli/migrate/changes/to-rest.ts';
import type { Item } from '../../../../src/cli/migrate/item.ts';
import {
  renderMarkdown,
  renderPlan,
  renderProgress,
  renderText,
} from '../../../../src/cli/migrate/render.ts';
import { reportOf } from '../../../../src/cli/migrate/report.ts';
import { readyCrm } from '../../../support/cli/memory-cluster.ts';

const items: readonly Item[] = [
  { connector: readyCrm('a'), state: { kind: 'done' } },
  { connector: readyCrm('b'), state: { kind: 'waiting', because: 'waits for consent.' } },
  { connector: readyCrm('c'), state: { kind: 'planned', details: 'connector: infusionsoftrest' } },
  {
    connector: readyCrm('d', { oauth: { callbackUrl: undefined, scope: 'full' } }),
    state: { kind: 'refused', because: 'is not Ready (Suspended). a|b' },
  },
];
const report = reportOf(toRest, items, { dryRun: false, end: 'timeout' });

describe('a report', () => {
  it('counts the results, and has the reason of each', () => {
    expect(report).toEqual({
      change: 'migrate',
      dryRun: false,
      end: 'timeout',
      counts: { done: 1, waiting: 1, planned: 1, refused: 1, failed: 0 },
      connectors: [
        { namespace: 'team-a', name: 'a', result: 'done' },
        { namespace: 'team-a', name: 'b', result: 'waiting', details: 'waits for consent.' },
        { namespace: 'team-a', name: 'c', result: 'planned', details: 'connector: infusionsoftrest' },
        { namespace: 'team-a', name: 'd', result: 'refused', details: 'is not Ready (Suspended). a|b' },
      ],
    });
  });

  it('is text', () => {
    expect(renderText(toRest, report)).toMatchInlineSnapshot(`
      [
        "Connectors: 1 migrated, 1 waiting, 1 to migrate, 1 refused.",
        "  waiting   team-a/b   waits for consent.",
        "  planned   team-a/c   connector: infusionsoftrest",
        "  refused   team-a/d   is not Ready (Suspended). a|b",
      ]
    `);
  });

  it('is a table in Markdown, in which no text is a cell or a tag of its own', () => {
    expect(renderMarkdown(toRest, report)).toMatchInlineSnapshot(`
      [
        "## Result of migrate",
        "",
        "Connectors: 1 migrated, 1 waiting, 1 to migrate, 1 refused.",
        "",
        "| namespace | connector | result | change or reason |",
        "|---|---|---|---|",
        "| team-a | a | done |  |",
        "| team-a | b | waiting | waits for consent. |",
        "| team-a | c | planned | connector: infusionsoftrest |",
        "| team-a | d | refused | is not Ready (Suspended). a\\|b |",
      ]
    `);
  });

  it('says that there is nothing to migrate', () => {
    expect(renderText(toRest, reportOf(toRest, [], { dryRun: true, end: 'finished' }))).toEqual([
      'No connectors to migrate.',
    ]);
  });
});

describe('the table of a dry run', () => {
  it('shows instance, callback URL, scope and result', () => {
    expect(renderPlan(items, true).join('\n')).toMatchInlineSnapshot(`
      "NAMESPACE   NAME   INSTANCE   CALLBACK              SCOPE       RESULT    CHANGE OR REASON
      team-a      a      7          connect.example.com   (default)   done      -
      team-a      b      7          connect.example.com   (default)   waiting   waits for consent.
      team-a      c      7          connect.example.com   (default)   planned   connector: infusionsoftrest
      team-a      d      7          (operator)            full        refused   is not Ready (Suspended). a|b"
    `);
    expect(renderPlan(items, false)[0]).toMatch(/^NAME/);
    expect(renderPlan([], true)).toEqual([]);
  });
});

describe('the progress bar', () => {
  it('shows the finished part of the connectors that can be changed', () => {
    expect(renderProgress(toRest, new Board(items), { number: 2, size: 4, done: 1 })).toBe(
      '[########................] 1/3 migrated; batch 2: 1/4',
    );
  });
});
