import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerEntry } from 'open-connectors-simulator/ledger.ts';
import type { Finding } from '../checks/finding.ts';
import type { AuditLogEntry } from '../model/audit-log.ts';
import { instanceIn, type Sightings } from '../model/sightings.ts';
import type { Subject } from '../model/subject.ts';
import type { StormContext } from '../storm/context.ts';

/** Writes a chronological file for each connector with findings. Returns the paths. */
export async function writeTraces(
  context: StormContext,
  sightings: Sightings,
  findings: readonly Finding[],
  startedAt: number,
): Promise<readonly string[]> {
  const { stage, subjects } = context;
  const paths: string[] = [];
  for (const subject of subjects) {
    const own = findings.filter((finding) => finding.subject === subject.key).map(({ text }) => text);
    if (own.length === 0 && !stage.options.traceAll) {
      continue;
    }
    const path = join(stage.folder, `trace-${subject.key.replace('/', '-')}.txt`);
    await writeFile(path, traceOf(context, sightings, subject, own, startedAt));
    paths.push(path);
  }
  return paths;
}

function traceOf(
  { stage }: StormContext,
  sightings: Sightings,
  subject: Subject,
  findings: readonly string[],
  startedAt: number,
): string {
  const { simulator } = stage.bench;
  const prints = new Set(subject.codes.map(({ fingerprint }) => fingerprint));
  const isAbout = (entry: LedgerEntry): boolean =>
    (entry.codeFingerprint !== undefined && prints.has(entry.codeFingerprint)) ||
    sightings.subjectOf(instanceIn(entry)) === subject.key;
  const calls = simulator.ledger.entries(isAbout).map(
    (entry): AuditLogEntry => ({
      at: entry.at,
      source: 'open connectors',
      subject: subject.key,
      text: callInWords(entry),
    }),
  );
  const entries = [...stage.auditLog.of(subject.key), ...calls].sort((left, right) => left.at - right.at);
  const lines = entries.map(
    ({ at, source, text }) =>
      `${`+${((at - startedAt) / 1_000).toFixed(3)}`.padStart(9)}  ${source.padEnd(16)}${text}`,
  );
  const { codes, wanted, app: _app, tenant: _tenant, ...rest } = subject;
  return [
    `${subject.key}, seed ${stage.options.seed}. Times in seconds since the start of the storm.`,
    ...findings.map((text) => `found: ${text}`),
    `wanted: ${JSON.stringify({ ...rest, ...wanted })}`,
    `codes in order: ${codes.map(({ fingerprint }) => fingerprint).join(' ')}`,
    `at the end: ${JSON.stringify(stage.connectors.of(subject.key)?.view)}`,
    '',
    ...lines,
    '',
  ].join('\n');
}

function callInWords(entry: LedgerEntry): string {
  const { number, method, path, operation, codeFingerprint, status, committed, fault, abortedByClient } =
    entry;
  return [
    `#${number} ${operation} ${method} ${path}`,
    ...(codeFingerprint === undefined ? [] : [`code ${codeFingerprint}`]),
    `-> ${status ?? 'no answer'}${committed ? ', carried out' : ''}`,
    ...(fault === undefined ? [] : [`fault ${fault}`]),
    ...(abortedByClient ? ['client gave up'] : []),
  ].join(' ');
}
