import { describe, expect, test } from 'vitest';
import { isLabelSelector } from '../../../src/config/label-selector.ts';
import { findHostPattern, parseHostPattern } from '../../../src/runtime/host-pattern.ts';

describe('host patterns', () => {
  const patterns = ['api.*.example.com', 'localhost:8443'].flatMap((text) => parseHostPattern(text) ?? []);

  test.each([
    ['api.eu.example.com', undefined, true],
    ['API.EU.Example.com', 443, true],
    ['api.eu.example.com', 8443, false],
    ['api.example.com', undefined, false],
    ['api.a.b.example.com', undefined, false],
    ['api..example.com', undefined, false],
    ['api.eu.example.com.evil.org', undefined, false],
    ['evil-api.eu.example.com', undefined, false],
    ['localhost', 8443, true],
    ['localhost', undefined, false],
  ])('%s on port %s is allowed: %s', (host, port, expected) => {
    expect(findHostPattern(patterns, host, port) !== undefined).toBe(expected);
  });

  test.each([
    '',
    '*',
    '*.*',
    'a*.example.com',
    'https://a',
    'a/b',
    '1.2.3.4',
    'a:0',
    'a:70000',
    '-a',
    'a..b',
    'a.b.',
  ])('%j is none', (text) => {
    expect(parseHostPattern(text)).toBeUndefined();
  });
});

describe('label selectors', () => {
  test.each([
    ['team=sales', true],
    ['team==sales,tier!=x', true],
    ['example.com/team in (a, b), !old', true],
    ['tier notin ()', true],
    ['replicas>3', true],
    ['team', true],
    ['', false],
    [',', false],
    ['a=b,', false],
    ['a in b', false],
    ['a in (b', false],
    ['a=b=c', false],
    ['-a', false],
    [`a=${'b'.repeat(64)}`, false],
  ])('%j: %s', (text, expected) => {
    expect(isLabelSelector(text)).toBe(expected);
  });
});
