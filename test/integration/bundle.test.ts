import { expect, it } from 'vitest';
import { ConnectorMemory as OfSources } from '../../src/connector/memory.ts';
import { ConnectorMemory } from '../support/workbench/operator-under-test.ts';

it('is what these suites run', () => {
  expect(ConnectorMemory.name).toBe('ConnectorMemory');
  expect(ConnectorMemory).not.toBe(OfSources);
});
