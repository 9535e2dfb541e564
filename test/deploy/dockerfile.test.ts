import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

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

/** The instructions of the last stage, which is what is shipped. */
const runtime = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const inRuntime = (name: string): readonly string[] =>
  runtime.filter((instruction) => instruction.name === name).map(({ rest }) => rest);

describe('Dockerfile', () => {
  test('lets both bases be pinned by digest', () => {
    const bases = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);

    expect(bases).toEqual([
      `--platform=$BUILDPLATFORM \${BUILD_IMAGE} AS build`,
      `\${RUNTIME_IMAGE} AS runtime`,
    ]);
  });

  test('ships no shell, no npm and nothing that was run in the shipped stage', () => {
    expect(inRuntime('RUN')).toEqual([]);
    expect(text).toMatch(/^ARG RUNTIME_IMAGE=gcr\.io\/distroless\/nodejs24-debian13:nonroot$/m);
  });

  test('runs as a numbered user that is not root', () => {
    expect(inRuntime('USER')).toEqual(['65532:65532']);
  });

  test('starts node itself, in exec form, with flags as arguments', () => {
    expect(inRuntime('ENTRYPOINT')).toEqual([
      '["/nodejs/bin/node", "--enable-source-maps", "/app/dist/main.js"]',
    ]);
    expect(inRuntime('CMD')).toEqual([]);
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
      expect(rest).toContain('--workspaces=false');
    }
    expect(installs.at(-1)?.rest).toContain('--omit=dev');
  });

  test('carries the version of the project', () => {
    expect(text).toContain(`ARG VERSION=${packageJson.version}\n`);
    expect(inRuntime('LABEL').join()).toContain(`org.opencontainers.image.licenses="${packageJson.license}"`);
    expect(inRuntime('LABEL').join()).toContain(
      `org.opencontainers.image.description="${packageJson.description}"`,
    );
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
