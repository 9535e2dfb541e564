import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { IMAGE_FLAGS } from '../support/image/node-flags.ts';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8');
const packageJson = z
  .object({ version: z.string(), license: z.string(), description: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** One instruction, with its continued lines joined. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const instructions: readonly Instruction[] = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));

/** The instructions of a stage, in their order; `undefined` for the last one, which a build gives by default. */
function stage(name?: string): readonly Instruction[] {
  const starts = instructions.flatMap((instruction, index) => (instruction.name === 'FROM' ? [index] : []));
  const start =
    name === undefined
      ? starts.at(-1)
      : starts.find((index) => instructions[index]?.rest.endsWith(` AS ${name}`));
  return instructions.slice(
    start,
    starts.find((index) => start !== undefined && index > start),
  );
}

const valuesIn = (instructionsOfStage: readonly Instruction[], name: string): readonly string[] =>
  instructionsOfStage.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

const shipped = [
  [
    'runtime',
    stage(),
    JSON.stringify(['/nodejs/bin/node', ...IMAGE_FLAGS, '/app/dist/main.js']).replaceAll(',', ', '),
    packageJson.description,
  ],
  [
    'simulator',
    stage('simulator'),
    '["/nodejs/bin/node", "/app/packages/open-connectors-simulator/src/main.ts"]',
    'Simulator of SAP Open Connectors and of the authorization server of Keap',
  ],
] as const;

describe('Dockerfile', () => {
  test('lets both bases be pinned by digest', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);

    expect(bases).toEqual([
      `--platform=$BUILDPLATFORM \${BUILD_IMAGE} AS build`,
      `--platform=$BUILDPLATFORM \${BUILD_IMAGE} AS simulator-build`,
      `\${RUNTIME_IMAGE} AS simulator`,
      `\${RUNTIME_IMAGE} AS runtime`,
    ]);
  });

  test('builds the operator by default', () => {
    expect(stage()[0]?.rest).toBe(`\${RUNTIME_IMAGE} AS runtime`);
  });

  test('bases what it ships on distroless', () => {
    expect(text).toMatch(/^ARG RUNTIME_IMAGE=gcr\.io\/distroless\/nodejs24-debian13:nonroot$/m);
  });

  describe.each(shipped)('stage %s', (_name, instructionsOfStage, entrypoint, description) => {
    test('ships no shell, no npm and nothing that was run in the shipped stage', () => {
      expect(valuesIn(instructionsOfStage, 'RUN')).toEqual([]);
    });

    test('runs as a numbered user that is not root', () => {
      expect(valuesIn(instructionsOfStage, 'USER')).toEqual(['65532:65532']);
    });

    test('starts node itself, in exec form, with flags as arguments', () => {
      expect(valuesIn(instructionsOfStage, 'ENTRYPOINT')).toEqual([entrypoint]);
      expect(valuesIn(instructionsOfStage, 'CMD')).toEqual([]);
    });

    test('carries license, description and version of the project', () => {
      const labels = valuesIn(instructionsOfStage, 'LABEL').join();

      expect(valuesIn(instructionsOfStage, 'ARG')).toContain(`VERSION=${packageJson.version}`);
      expect(labels).toContain(`org.opencontainers.image.licenses="${packageJson.license}"`);
      expect(labels).toContain(`org.opencontainers.image.description="${description}"`);
    });
  });

  test('starts node with the flags of npm start', () => {
    const code = readFileSync(join(root, 'scripts/run.mjs'), 'utf8');
    const flags = IMAGE_FLAGS.map((flag) => `'${flag}'`).join(', ');

    // On one line, whatever the formatter made of it.
    expect(
      code.replace(/,?\n\s*/g, (end) => (end.startsWith(',') ? ', ' : '')).replaceAll(', ]', ']'),
    ).toContain(`[join(bin, 'node'), [${flags}, 'dist/main.js', ...args]]`);
  });

  test('never names a floating version', () => {
    expect(text).not.toMatch(/:latest/);
    expect(instructions.filter(({ name }) => name === 'ADD')).toEqual([]);
  });

  test("installs from the lockfile alone, and runs no package's scripts", () => {
    const installs = instructions.filter(({ rest }) => rest.includes('npm '));

    expect(installs.length).toBe(2);
    for (const { rest } of installs) {
      expect(rest).toContain('npm ci --ignore-scripts');
    }
  });

  test('leaves workspaces and packages out of the operator: it ships the bundle', () => {
    const installs = stage('build').filter(({ rest }) => rest.includes('npm '));

    expect(installs.every(({ rest }) => rest.includes('--workspaces=false'))).toBe(true);
    expect(valuesIn(stage('build'), 'RUN').at(1)).not.toContain('node_modules');
    expect(valuesIn(stage('build'), 'RUN').at(1)).toMatch(/mv dist\/main\.js .* \/out\/app\/dist\/$/);
  });

  test('installs only what the simulator depends on beside it', () => {
    const installs = stage('simulator-build').filter(({ rest }) => rest.includes('npm '));

    expect(installs.map(({ rest }) => rest)).toEqual([
      expect.stringMatching(/--omit=dev +--workspace=open-connectors-simulator /),
    ]);
  });

  test('sees only what it needs: everything else is ignored', () => {
    const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const copied = instructions
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1));

    expect(lines[0]).toBe('*');
    expect(new Set(lines.slice(1))).toEqual(new Set(copied.map((path) => `!${path}`)));
  });
});
