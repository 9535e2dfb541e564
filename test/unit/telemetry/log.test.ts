import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/runtime/clock.ts';
import { createScrubber, MASK, type Redactor } from '../../../src/secrets/redaction.ts';
import { createLogger, type Logger, operatorLogger, reconcileLogger } from '../../../src/telemetry/log.ts';
import type { LogFormat } from '../../../src/telemetry/log-line.ts';

const clock: Clock = {
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  monotonic: () => 0,
  schedule: () => () => undefined,
};

interface Captured {
  readonly log: Logger;
  readonly scrubber: Redactor;
  readonly lines: string[];
}

function capture(format: LogFormat = 'json', level: 'debug' | 'info' = 'debug'): Captured {
  const lines: string[] = [];
  const scrubber = createScrubber();
  const destination = { write: (line: string) => void lines.push(line) };
  return { log: createLogger({ level, format, clock, scrubber, destination }), scrubber, lines };
}

function only({ lines }: Captured): unknown {
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

/** Every text that a person or a machine could read out of `value`, keys included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)]);
  }
  return [String(value)];
}

describe('no secret leaves in a line', () => {
  const secret = fc
    .string({ minLength: 8, maxLength: 40, unit: 'binary' })
    .filter((text) => text.trim() === text && !/[[\]]/.test(text));

  test.each(['json', 'text'] as const)(
    'from message, error, stack, cause, keys or deep inside (%s)',
    (format) => {
      fc.assert(
        fc.property(secret, (value) => {
          const captured = capture(format);
          captured.scrubber.register(value);
          const { log } = captured;
          const error = new Error(`Refused ${value}`, { cause: new Error(`Because of ${value}`) });
          Object.assign(error, { body: `token=${value}`, headers: { authorization: value } });
          log.info(`Read ${value}`);
          log.error({ error }, 'Failed');
          log.error(error);
          log.warn({ a: { b: [{ c: value, [value]: 1 }] }, [value]: value }, 'Nested');
          log
            .child({ bound: `Bearer ${value}` })
            .info({ json: JSON.stringify({ value }) }, 'Quoted %s', value);
          log.info({
            basic: Buffer.from(`user:${value}`).toString('base64'),
            url: `https://h/?q=${encodeURIComponent(value)}`,
          });

          expect(captured.lines).toHaveLength(6);
          for (const line of captured.lines) {
            expect(line).not.toContain(value);
            expect(line).not.toContain(JSON.stringify(value).slice(1, -1));
            expect(line).toContain(MASK);
            for (const text of format === 'json' ? textsOf(JSON.parse(line)) : [line]) {
              expect(text).not.toContain(value);
              expect(text).not.toContain(encodeURIComponent(value));
            }
          }
        }),
      );
    },
  );

  test('nor by an error that carries a whole request', () => {
    const captured = capture();
    const error = Object.assign(new Error('HTTP 403'), {
      body: 'unknown-to-the-scrubber',
      headers: { a: 'b' },
    });
    captured.log.error({ error, name: 'crm' }, 'Failed to read the Secret');
    expect(captured.lines.join('')).not.toContain('unknown-to-the-scrubber');
  });

  test('and a number is one too', () => {
    const captured = capture();
    captured.scrubber.register('123456789');
    captured.log.info({ id: 123456789, other: 5 }, 'Numbers');
    expect(only(captured)).toMatchObject({ id: MASK, other: 5 });
  });
});

describe('no secret takes a line apart', () => {
  test.each(['"level":"info"', '"ts":"', 'reconcileID', 'namespace', '","msg":"', 'nabcdef', '\\u0007'])(
    'a Secret that holds %j',
    (value) => {
      const captured = capture();
      captured.scrubber.register(value);
      captured.log.info({ namespace: 'a', reconcileID: 'r', odd: '\nabcdef\u0007' }, 'Written');
      expect(only(captured)).toMatchObject({
        level: 'info',
        namespace: 'a',
        reconcileID: 'r',
        msg: 'Written',
      });
    },
  );
});

describe('the shape of a line', () => {
  test('level as a word, time in ISO 8601, message, and nothing of the process', () => {
    const captured = capture();
    captured.log.warn({ count: 2 }, 'Retried');
    expect(captured.lines).toEqual([
      '{"level":"warn","ts":"2026-01-02T03:04:05.678Z","count":2,"msg":"Retried"}\n',
    ]);
  });

  test('a reconcile has the keys of controller-runtime', () => {
    const captured = capture();
    const context = {
      controller: 'infusionsoftconnector',
      group: 'openconnectors.dev',
      kind: 'InfusionsoftConnector',
      namespace: 'sales',
      name: 'crm',
      reconcileID: 'id-1',
    };
    reconcileLogger(captured.log, context).info('Created the instance');
    expect(only(captured)).toEqual({
      level: 'info',
      ts: '2026-01-02T03:04:05.678Z',
      controller: 'infusionsoftconnector',
      controllerGroup: 'openconnectors.dev',
      controllerKind: 'InfusionsoftConnector',
      InfusionsoftConnector: { name: 'crm', namespace: 'sales' },
      namespace: 'sales',
      name: 'crm',
      reconcileID: 'id-1',
      msg: 'Created the instance',
    });
  });

  test('an error is its messages, its type and its stack', () => {
    const captured = capture();
    const inner = new AggregateError([new Error('connect ECONNREFUSED ::1'), 'odd']);
    const error = new TypeError('fetch failed', { cause: inner });
    inner.cause = error;
    captured.log.error({ error, attempt: 1 }, 'Failed to list');
    expect(only(captured)).toMatchObject({
      error: 'fetch failed: connect ECONNREFUSED ::1, odd',
      errorType: 'TypeError',
      stacktrace: expect.stringContaining('fetch failed'),
      attempt: 1,
    });
  });

  test('as readable text', () => {
    const captured = capture('text');
    captured.log.info({ name: 'crm', why: 'two words', n: 1 }, 'Created the instance');
    captured.log.error(Object.assign(new Error('no'), { stack: 'Error: no\n    at x' }), 'Failed');
    expect(captured.lines).toEqual([
      '03:04:05.678 INFO  Created the instance name=crm why="two words" n=1\n',
      '03:04:05.678 ERROR Failed error=no errorType=Error\nError: no\n    at x\n',
    ]);
  });

  test('a lower level is not written', () => {
    const captured = capture('json', 'info');
    captured.log.debug('Quiet');
    expect(captured.lines).toEqual([]);
  });

  test('the base class of operators logs through it', () => {
    const captured = capture();
    const adapter = operatorLogger(captured.log);
    adapter.debug('a');
    adapter.info('b');
    adapter.warn('c');
    adapter.error('d');
    expect(captured.lines.map((line) => JSON.parse(line).level)).toEqual(['debug', 'info', 'warn', 'error']);
  });
});
