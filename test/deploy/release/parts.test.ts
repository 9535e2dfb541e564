import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeArchive } from '../../../scripts/release/archive.ts';
import { releaseNotes } from '../../../scripts/release/changelog.ts';
import { parseImage } from '../../../scripts/release/image-reference.ts';
import { readOptions } from '../../../scripts/release/options.ts';

const root = join(import.meta.dirname, '..', '..', '..');

describe('release notes', () => {
  const changelog =
    '# Changelog\n\n## [Unreleased]\n\n- next\n\n## [0.2.0] - 2026-12-01\n\n- new\n\n## [0.1.0]\n\n- old\n';

  it.each([
    ['0.2.0', '- new\n'],
    ['0.1.0', '- old\n'],
    ['0.3.0', '- next\n'],
  ])('have the entries of %s', (version, notes) => {
    expect(releaseNotes(changelog, version)).toBe(notes);
  });

  it('need a section', () => {
    expect(() => releaseNotes('# Changelog\n', '0.1.0')).toThrow('no section for 0.1.0');
  });
});

describe('an image reference', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each([
    ['operator', { name: 'operator' }],
    ['operator:1', { name: 'operator', tag: '1' }],
    ['registry.example.com:5000/operator', { name: 'registry.example.com:5000/operator' }],
    ['registry.example.com:5000/operator:1', { name: 'registry.example.com:5000/operator', tag: '1' }],
    [`operator@${digest}`, { name: 'operator', digest }],
    [`operator:1@${digest}`, { name: 'operator', tag: '1', digest }],
  ])('has its parts: %s', (image, parts) => {
    expect(parseImage(image)).toEqual(parts);
  });
});

describe('options', () => {
  it('take the time of the files from SOURCE_DATE_EPOCH', () => {
    expect(readOptions(root, [], { SOURCE_DATE_EPOCH: '1700000000' }).release.epoch).toBe(1_700_000_000);
  });

  it.each(['', 'x', '-1', '1.5'])('refuse the time "%s"', (epoch) => {
    expect(() => readOptions(root, [], { SOURCE_DATE_EPOCH: epoch })).toThrow('SOURCE_DATE_EPOCH');
  });

  it('download the plugin from the release of the repository', () => {
    const { release } = readOptions(root, ['--repository', 'https://git.example.com/a/b'], {
      SOURCE_DATE_EPOCH: '0',
    });
    expect(release.downloadUrl).toBe(`https://git.example.com/a/b/releases/download/v${release.version}`);
  });
});

describe('an archive', () => {
  let scratch = '';
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'archive-'));
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  it('has the same bytes for the same content, whatever the times, the modes and the order of the files', () => {
    const archives = [
      ['b', 'a'],
      ['a', 'b'],
    ].map((names, index) => {
      const folder = join(scratch, String(index));
      mkdirSync(folder);
      for (const name of names) {
        writeFileSync(join(folder, name), name, { mode: index === 0 ? 0o600 : 0o644 });
        utimesSync(join(folder, name), index, index);
      }
      const file = join(scratch, `${index}.tar.gz`);
      writeArchive(folder, file, 1_700_000_000);
      return readFileSync(file);
    });
    expect(archives[0]).toEqual(archives[1]);
  });
});
