import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { CONDITIONS } from '../../src/api/condition.ts';
import { connectorSpecSchema } from '../../src/api/connector.ts';
import { ACCOUNT_FINALIZER, ANNOTATIONS, API_VERSION, FINALIZER, GROUP } from '../../src/api/group.ts';
import { isReason } from '../../src/api/reasons.ts';
import { MIGRATED_FROM } from '../../src/cli/migrate/changes/migrated-from.ts';
import { COMMANDS } from '../../src/cli/run.ts';
import { settingList } from '../../src/config/settings.ts';
import { MANAGED_METADATA_ANNOTATION } from '../../src/secrets/managed-metadata.ts';

const root = join(import.meta.dirname, '..', '..');

/** The pages of one folder of `docs`. */
const pagesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, 'docs', folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', folder, name));

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const HOW_TOS = pagesIn('how-to');

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  join('docs', 'README.md'),
  ...HOW_TOS,
  ...['tutorials', 'reference', 'explanation', 'security', 'decisions', 'runbooks'].flatMap(pagesIn),
].map((path) => [path, read(path)] as const);

/** The scripts of package.json by name. */
const SCRIPTS = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json'))).scripts;

/** The longest README that a reader takes in at once. */
const README_MAX_LINES = 150;

/** The parts of each how-to, in this order. */
const HOW_TO_PARTS = ['Prerequisites', 'Steps', 'Verify', 'Undo'];

/** What the group's name may be followed by in a page. */
const known = new Set<string>([
  MIGRATED_FROM,
  ...Object.values(ANNOTATIONS),
  FINALIZER,
  ACCOUNT_FINALIZER,
  API_VERSION,
  MANAGED_METADATA_ANNOTATION,
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

  test('names npm scripts, folders of kustomize and commands of the plugin that exist', () => {
    const scripts = matches(text, /npm run ([a-z][a-z0-9:]*)/g);
    const folders = matches(text, /kubectl (?:apply|delete|diff) -k ((?:deploy|crds)[\w./-]*)/g);
    const commands = matches(text, /kubectl openconnectors ([a-z]+)/g);

    expect(scripts.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
    expect(commands.filter((name) => !COMMANDS.some((command) => command.name === name))).toEqual([]);
  });

  test('names annotations, labels and finalizers that mean something', () => {
    // kubectl prints `infusionsoftconnector.openconnectors.dev/crm`: there the text after the slash is a name.
    const names = matches(text, /(?<!\w\.)openconnectors\.dev\/[a-z0-9-]+(?!\/)\b/g);

    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test('names reasons and settings that exist', () => {
    const variables = [
      'SOURCE_DATE_EPOCH', // An argument of the build.
      ...['KUBEBUILDER_ASSETS', 'TEST_KUBECONFIG'], // Variables of the tests.
      'SAFE_CONFIGURATION_KEYS', // A constant.
      ...['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_TRACES_SAMPLER', 'OTEL_EXPORTER_OTLP_HEADERS'], // OpenTelemetry's own.
      ...settingList().flatMap(({ env, aliases = [] }) => [env, ...aliases]),
    ];
    // Source code is quoted with two backticks.
    const settings = matches(text, /(?<!`)`([A-Z]{2,}_[A-Z_]+)(?:=[^`]*)?`(?!`)/g);
    const reasons = matches(
      text,
      /`((?:Account|Authorization|Deletion|Secret|Foreign|Ambiguous|Invalid)[A-Z][A-Za-z]+)`/g,
    );

    expect(settings.filter((name) => !variables.includes(name))).toEqual([]);
    expect(reasons.filter((name) => !isReason(name) && !Object.hasOwn(CONDITIONS, name))).toEqual([]);
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

describe('README.md', () => {
  test('has at most 150 lines', () => {
    expect(read('README.md').split('\n').length - 1).toBeLessThanOrEqual(README_MAX_LINES);
  });

  test('has the command that runs all tests', () => {
    expect(read('README.md')).toContain('`npm test`');
  });
});

describe('docs/README.md', () => {
  test('links to every page of each kind', () => {
    const index = read(join('docs', 'README.md'));
    const unlisted = ['tutorials', 'how-to', 'reference', 'explanation', 'security', 'decisions']
      .flatMap(pagesIn)
      .filter((path) => !index.includes(`](${path.slice('docs/'.length)})`));

    expect(unlisted).toEqual([]);
  });
});

describe.each(HOW_TOS)('%s', (path) => {
  const text = read(path);

  test('has a task as its title', () => {
    expect(text.split('\n')[0]).toMatch(/^# [A-Z][a-z]+ (?!.*[.:?]$)/);
  });

  test('has prerequisites, steps, a way to verify and a way to undo', () => {
    const headings = matches(text, /^## (.*)$/gm);

    expect(headings.slice(0, HOW_TO_PARTS.length)).toEqual(HOW_TO_PARTS);
  });

  test('has numbered steps with commands', () => {
    const [, steps = ''] = text.split(/^## /m).filter((part) => /^(Prerequisites|Steps)\n/.test(part));

    expect(steps).toMatch(/^1\. /m);
    expect(steps).toMatch(/```sh\n/);
  });
});

describe('docs/explanation/architecture.md', () => {
  test('has every folder of src', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const rows = matches(read(join('docs', 'explanation', 'architecture.md')), /^\| `([a-z]+)\/` \|/gm);

    expect(folders.filter((folder) => !rows.includes(folder))).toEqual([]);
  });
});
