import { expect } from 'vitest';
import { CODE, createStage, GRANT, START, type Stage, stateOf } from './stage.ts';
import { type Reply, textOf, type Visitor } from './visitor.ts';

/** A consent that waits for the provider's answer. */
export async function waiting(): Promise<{ stage: Stage; visitor: Visitor; state: string }> {
  const stage = createStage();
  const visitor = stage.visitor();
  const { provider } = await visitor.begin(START, CODE);
  return { stage, visitor, state: stateOf(provider) };
}

/** Refused with the bland page, and nothing was handed over. */
export function expectRefused(stage: Stage, reply: Reply): void {
  expect(reply.status).toBe(400);
  expect(textOf(reply.body)).toContain('This step is not possible now');
  expect(stage.secrets.values('team-a', GRANT)).toBeUndefined();
}
