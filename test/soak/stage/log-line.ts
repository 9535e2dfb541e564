import { z } from 'zod';
import type { AuditLog } from '../model/audit-log.ts';

const lineSchema = z.looseObject({
  level: z.union([z.string(), z.number()]).optional(),
  msg: z.string().default(''),
  namespace: z.string().optional(),
  name: z.string().optional(),
  controllerKind: z.string().optional(),
  step: z.string().optional(),
  reason: z.string().optional(),
  steps: z.array(z.string()).optional(),
  error: z.unknown().optional(),
});

/** Adds the log lines of an operator about connectors and its Lease to the event log. */
export function noteLogLine(auditLog: AuditLog, replica: string, line: string): void {
  const parsed = parse(line);
  if (parsed === undefined) {
    auditLog.note('log', `${replica}: ${line.slice(0, 300)}`);
    return;
  }
  const { msg, namespace, name, controllerKind, step, reason, steps, error } = parsed;
  const words = [
    `${replica}: ${msg}`,
    ...(step === undefined ? [] : [step]),
    ...(reason === undefined ? [] : [reason]),
    ...(steps === undefined ? [] : [`[${steps.join(' ')}]`]),
    ...(error === undefined ? [] : [JSON.stringify(error).slice(0, 400)]),
  ].join(' ');
  if (controllerKind === 'InfusionsoftConnector' && namespace !== undefined && name !== undefined) {
    auditLog.note('log', words, `${namespace}/${name}`);
  } else if (/lease|lead/i.test(msg)) {
    auditLog.note('log', words);
  }
}

function parse(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined; // A line of Node itself, such as a stack.
    }
    throw error;
  }
}
