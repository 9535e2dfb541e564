import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { z } from 'zod';

/** The program of test/tools/argocd-lua. */
const program = process.env['ARGOCD_LUA'] ?? '';

/** Whether Argo CD's Lua engine is there. Suites that need it are skipped without it, and say so. */
export const hasGopherLua = program !== '' && existsSync(program);

/** A script and its object. */
export interface LuaRun {
  readonly script: string;
  readonly object: unknown;
}

const results = z.array(z.object({ value: z.unknown().optional(), error: z.string().optional() }));

/** Runs each script in the engine of Argo CD. Returns what it returned, or Lua's message. */
export function runGopherLua(runs: readonly LuaRun[]): z.infer<typeof results> {
  const { status, stdout, stderr } = spawnSync(program, [], {
    encoding: 'utf8',
    input: JSON.stringify(runs),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`${program} ended with ${status}: ${stderr}`);
  }
  return results.parse(JSON.parse(stdout));
}
