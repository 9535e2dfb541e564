import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ACCOUNT_NAMES, API_VERSION, CONNECTOR_NAMES } from '../../src/api/group.ts';
import { validateAccount, validateConnector } from '../../src/api/validation/validate.ts';

const folder = join(import.meta.dirname, '..', '..', 'deploy', 'samples');
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.unknown().optional(),
  stringData: z.record(z.string(), z.string()).default({}),
});

function read(file: string): readonly z.infer<typeof object>[] {
  const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'));
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    return object.parse(document.toJS());
  });
}

describe('the samples', () => {
  test('are there', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  test.each(files)('%s keeps to the rules of its kinds', (file) => {
    for (const sample of read(file)) {
      switch (sample.kind) {
        case CONNECTOR_NAMES.kind:
          expect([sample.apiVersion, validateConnector(sample)]).toEqual([API_VERSION, []]);
          break;
        case ACCOUNT_NAMES.kind:
          expect([sample.apiVersion, validateAccount(sample)]).toEqual([API_VERSION, []]);
          break;
        default:
          expect([sample.apiVersion, sample.kind]).toEqual(['v1', 'Secret']);
      }
    }
  });

  test.each(files)('%s holds nothing in Secrets but what says what to put there', (file) => {
    const values = read(file).flatMap(({ stringData }) => Object.values(stringData));
    expect(values.filter((value) => !/^<[^<>]+>$/.test(value))).toEqual([]);
  });
});
