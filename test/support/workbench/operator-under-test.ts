import type * as Operator from './operator.ts';

/** The operator that suites start in their own process: the bundle of `bundle-setup.ts` where it ran, else the sources. */
export const { compose, ConnectorMemory }: typeof Operator = await import(
  process.env['OPERATOR_BUNDLE'] ?? './operator.ts'
);
export type ConnectorMemory = Operator.ConnectorMemory;
