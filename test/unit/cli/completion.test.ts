import { describe, expect, it } from 'vitest';
import { CONDITION_TYPES } from '../../../src/api/condition.ts';
import { REASON_NAMES } from '../../../src/api/reasons.ts';
import { type Completions, complete, type ResourceNames } from '../../../src/cli/completion/complete.ts';
import { COMMANDS } from '../../../src/cli/run.ts';

const names: ResourceNames = {
  connectors: async () => ['crm', 'crm-legacy', 'shop'],
  accounts: async () => ['sap'],
};
const unreachable: ResourceNames = {
  connectors: () => Promise.reject(new Error('the cluster was called')),
  accounts: () => Promise.reject(new Error('the cluster was called')),
};

const wordsOf = (completions: Completions): readonly string[] =>
  completions === 'files' ? ['files'] : completions.map(({ word }) => word);
const completed = async (line: string, resources = names): Promise<readonly string[]> =>
  wordsOf(await complete(line.split(' '), COMMANDS, resources));

describe('completion', () => {
  it('offers every command with its summary', async () => {
    const expected = COMMANDS.map(({ name, summary }) => ({ word: name, description: summary }));
    expect(await complete([''], COMMANDS, unreachable)).toEqual(expected);
  });

  it.each([
    ['st', ['status']],
    ['m', ['migrate']],
    ['x', []],
    ['-n sales st', ['status']],
    ['unknown ', []],
    ['version ', []],
    ['status --names', ['--namespace']],
    ['status --all', ['--all-namespaces']],
    ['status -n ', []],
    ['--kubeconfig ', ['files']],
  ])('completes "%s" without a cluster', async (line, expected) => {
    expect(await completed(line, unreachable)).toEqual(expected);
  });

  it.each([
    ['status ', ['crm', 'crm-legacy', 'shop']],
    ['status c', ['crm', 'crm-legacy']],
    ['-n sales status s', ['shop']],
    ['status crm ', []],
    ['migrate crm ', ['crm-legacy', 'shop']],
    ['orphans ', ['sap']],
  ])('completes "%s" with names of the cluster', async (line, expected) => {
    expect(await completed(line)).toEqual(expected);
  });

  it('completes reasons and condition types for explain', async () => {
    const words = await completed('explain ');
    expect(words).toEqual(expect.arrayContaining(['crm', ...REASON_NAMES, ...CONDITION_TYPES]));
    expect(await completed('explain AuthorizationReq')).toEqual(['AuthorizationRequired']);
  });
});
