import type { Client } from '../support/client.ts';
import { execute } from './execute.ts';
import type { Operation } from './operation.ts';

/** One value that the two servers answered differently. */
export interface Difference {
  /** Index of the operation. */
  readonly index: number;
  readonly operation: Operation;
  /** Where in the outcome, such as `body.message`. */
  readonly path: string;
  /** `undefined` if it is absent. */
  readonly real: unknown;
  readonly emulated: unknown;
}

/** The two servers of a comparison. */
export interface Servers {
  readonly real: Client;
  readonly emulated: Client;
}

/** Runs a sequence on both servers and returns every difference of their outcomes. */
export async function compare(
  servers: Servers,
  operations: readonly Operation[],
): Promise<readonly Difference[]> {
  const [real, emulated] = await Promise.all([
    execute(servers.real, operations),
    execute(servers.emulated, operations),
  ]);
  return operations.flatMap((operation, index) =>
    leaves(real[index], emulated[index], '').map((leaf) => ({ index, operation, ...leaf })),
  );
}

type Leaf = Pick<Difference, 'path' | 'real' | 'emulated'>;

function leaves(real: unknown, emulated: unknown, path: string): readonly Leaf[] {
  if (isContainer(real) && isContainer(emulated) && Array.isArray(real) === Array.isArray(emulated)) {
    const keys = [...new Set([...Object.keys(real), ...Object.keys(emulated)])];
    return keys.flatMap((key) =>
      leaves(Reflect.get(real, key), Reflect.get(emulated, key), path === '' ? key : `${path}.${key}`),
    );
  }
  return Object.is(real, emulated) ? [] : [{ path, real, emulated }];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
