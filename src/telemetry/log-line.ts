import { z } from 'zod';
import type { Redactor } from '../secrets/redaction.ts';

/** The format of a line: one JSON object, or text for a terminal. */
export type LogFormat = 'json' | 'text';

const record = z.record(z.string(), z.unknown());

/** Keys of the operator. A secret that equals one of them must not break the line. */
const ownKeys: ReadonlySet<string> = new Set([
  'level',
  'ts',
  'msg',
  'logger',
  'error',
  'errorType',
  'stacktrace',
  'controller',
  'controllerGroup',
  'controllerKind',
  'namespace',
  'name',
  'reconcileID',
]);

/** Converts a line of pino (JSON, with its newline) into `format`, with secrets masked. */
export function finishLine(line: string, scrubber: Redactor, format: LogFormat): string {
  // The line is parsed only if it contains a secret, which is rare.
  const clean = scrubber.scrub(line) === line;
  if (clean && format === 'json') {
    return line;
  }
  const parsed = record.parse(JSON.parse(line));
  // Secrets are masked in each text separately, so that no value can break the structure of the line.
  const entry = clean ? parsed : scrubRecord(parsed, scrubber);
  return `${format === 'json' ? JSON.stringify(entry) : textLine(entry)}\n`;
}

function scrubRecord(value: Record<string, unknown>, scrubber: Redactor): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      ownKeys.has(key) ? key : scrubber.scrub(key),
      scrubValue(inner, scrubber),
    ]),
  );
}

function scrubValue(value: unknown, scrubber: Redactor): unknown {
  if (typeof value === 'string') {
    return scrubber.scrub(value);
  }
  if (typeof value === 'number') {
    const text = String(value);
    const scrubbed = scrubber.scrub(text);
    return scrubbed === text ? value : scrubbed;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => scrubValue(item, scrubber));
  }
  const object = record.safeParse(value);
  return object.success ? scrubRecord(object.data, scrubber) : value;
}

/** `12:00:00.000 INFO  Message key=value`, and a stack on lines of its own. */
function textLine(entry: Record<string, unknown>): string {
  const { level, ts, msg, stacktrace, ...fields } = entry;
  const time = String(ts).slice(11, 23);
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`);
  const words = [time, String(level).toUpperCase().padEnd(5), String(msg ?? ''), ...pairs];
  return words.join(' ') + (typeof stacktrace === 'string' ? `\n${stacktrace}` : '');
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}
