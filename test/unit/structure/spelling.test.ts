import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['src', 'test', 'packages', 'docs', 'scripts', 'deploy', 'bin', '.'];
const TEXT = /\.(ts|mjs|md|ya?ml|tpl|txt|html)$|Dockerfile$/;

/** Beginnings of words in British spelling. */
const BRITISH = [
  ...`
    apologis authoris canonicalis capitalis categoris criticis customis finalis generalis initialis
    localis materialis maximis memoris minimis normalis parametris prioritis randomis recognis sanitis
    serialis specialis stabilis standardis summaris synchronis tokenis utilis visualis paralys catalogue
    centre defence dialogue licence offence behaviour colour favour harbour honour labour neighbour
    rumour modell signall travell skilful ageing amongst artefact grey judgement towards whilst
  `
    .trim()
    .split(/\s+/),
  ...[
    'emphasis(?:e|ing)',
    'optimis(?:e|ing|ation)',
    'organis(?!m)',
    'realis(?!m|t)',
    'analys(?:e|ed|ing)\\b',
    'cancell(?:ed|ing)',
    'label(?:led|ling)',
    'fulfil(?:s|ment)?\\b',
    'programme\\b',
  ],
];

const PATTERN = new RegExp(`(?:${BRITISH.join('|')})\\w*`, 'gi');

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    .filter((file) => TEXT.test(file) && !file.split('/').includes('node_modules'))
    .map((file) => join(ROOT, folder, file));
}

describe('the spelling', () => {
  it.each(FOLDERS)('is American in %s', (folder) => {
    const found = filesOf(folder)
      .filter((file) => file !== import.meta.filename)
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(PATTERN)].map(([word]) => `${relative(ROOT, file)}: ${word}`),
      );
    expect(found).toEqual([]);
  });
});
