/** What suites start and look into. */
export { compose } from '../../../src/compose.ts';
export { ConnectorMemory } from '../../../src/connector/memory.ts';
