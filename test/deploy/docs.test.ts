import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { connectorSpecSchema } from '../../src/api/connector.ts';
import { ACCOUNT_FINALIZER, ANNOTATIONS, API_VERSION, FINALIZER, GROUP } from '../../src/api/group.ts';
import { isReason } from '../../src/api/reasons.ts';
import { settingList } from '../../src/config/settings.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = [
  ...readdirSync(join(root, 'docs', 'how-to')).map((name) => join('docs', 'how-to', name)),
  join('docs', 'compatibility.md'),
  join('docs', 'security', 'threat-model.md'),
  'SECURITY.md',
].map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);

/** What the group's name may be followed by in a page. */
const known = new Set<string>([
  ...Object.values(ANNOTATIONS),
  FINALIZER,
  ACCOUNT_FINALIZER,
  API_VERSION,
  `${GROUP}/deletion-protection`,
  `${GROUP}/scrapes-metrics`,
  `${GROUP}/serves-consent`,
]);

const matches = (text: string, pattern: RegExp): readonly string[] =>
  Array.from(text.matchAll(pattern), ([whole, first]) => first ?? whole);

describe.each(pages)('%s', (path, text) => {
  test('links to files that are there', () => {
    const links = matches(text, /\]\(([^)#]+)\)/g).filter((link) => !link.startsWith('https://'));

    expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });

  test('names files of the project that are there', () => {
    const files = matches(text, /`((?:deploy|docs|scripts|src|test|crds)\/[\w./-]+)`/g);

    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test('names annotations, labels and finalizers that mean something', () => {
    const names = matches(text, /openconnectors\.dev\/[a-z0-9-]+(?!\/)\b/g);

    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test('names reasons and settings that exist', () => {
    const variables = [
      'SOURCE_DATE_EPOCH', // An argument of the build.
      ...settingList().flatMap(({ env, aliases = [] }) => [env, ...aliases]),
    ];
    const settings = matches(text, /`([A-Z]{2,}_[A-Z_]+)(?:=[^`]*)?`/g);
    const reasons = matches(
      text,
      /`((?:Account|Authorization|Deletion|Secret|Foreign|Ambiguous|Invalid)[A-Z][A-Za-z]+)`/g,
    );

    expect(settings.filter((name) => !variables.includes(name))).toEqual([]);
    expect(reasons.filter((name) => !isReason(name))).toEqual([]);
  });

  test('has YAML that can be read, and connectors that are valid', () => {
    for (const block of matches(text, /```yaml\n([\s\S]*?)```/g)) {
      const indent = /^ */.exec(block)?.[0] ?? '';
      for (const document of parseAllDocuments(block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))) {
        expect(document.errors, block).toEqual([]);
        const object = document.toJS();
        if (object?.kind === 'InfusionsoftConnector') {
          expect(connectorSpecSchema.safeParse(object.spec).error, block).toBeUndefined();
        }
      }
    }
  });
});
