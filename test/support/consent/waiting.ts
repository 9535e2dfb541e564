import { expect } from 'vitest';
import { CODE, createStage, GRANT, START, type Stage, stateOf } from './stage.ts';
import { type Reply, textOf, type Visitor } from './visitor.ts';

/** A pending consent, before the callback. */
export async function waiting(): Promise<{ stage: Stage; visitor: Visitor; state: string }> {
  const stage = createStage();
  const visitor = stage.visitor();
  const { provider } = await visitor.begin(START, CODE);
  return { stage, visitor, state: stateOf(provider) };
}

/** Asserts that a request was refused and no response stored. */
export function expectRefused(stage: Stage, reply: Reply): void {
  expect(reply.status).toBe(400);
  expect(textOf(reply.body)).toContain('This step is not possible now');
  expect(stage.secrets.values('team-a', GRANT)).toBeUndefined();
}
