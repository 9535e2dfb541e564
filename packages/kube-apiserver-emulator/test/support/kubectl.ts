import {
  createKubectl,
  hasKubectl,
  type Kubectl,
  type KubectlResult,
  kubectlProgram,
} from 'test-kit/kubectl.ts';
import { afterAll, beforeAll } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { type ApiServer, startApiServer } from '../../src/index.ts';
import { Client } from './client.ts';

const program = kubectlProgram();

/** Whether kubectl is available. */
export const canRunKubectl = hasKubectl(program);

/** A server with RBAC and kubectl for the tests of a suite. Available from the first test. */
export interface KubectlBench {
  readonly server: ApiServer;
  readonly client: Client;
  /** Runs kubectl and returns its output. Rejects if it fails. */
  ok(args: readonly string[], input?: object | string): Promise<string>;
  /** Runs kubectl and returns the result, also of a failure. */
  run(args: readonly string[], input?: object | string): Promise<KubectlResult>;
}

/** Starts the bench before the tests of this suite and stops it after them. */
export function kubectlBench(): KubectlBench {
  let server: ApiServer | undefined;
  let client: Client | undefined;
  let kubectl: Kubectl | undefined;
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) {
      throw new Error('the bench is there in tests and hooks only');
    }
    return part;
  };
  beforeAll(async () => {
    server = await startApiServer({ authorization: 'RBAC' });
    client = new Client(server);
    kubectl = await createKubectl(program, server.kubeconfig);
  });
  afterAll(async () => {
    await kubectl?.close();
    await client?.close();
    await server?.stop();
  });
  return {
    get server() {
      return started(server);
    },
    get client() {
      return started(client);
    },
    ok: async (args, input) => (await started(kubectl).run(args, { input: textOf(input) })).stdout,
    run: (args, input) => started(kubectl).run(args, { input: textOf(input), check: false }),
  };
}

/** As kubectl reads YAML, where a bare y is true. */
function textOf(input: object | string | undefined): string {
  return input === undefined || typeof input === 'string'
    ? (input ?? '')
    : stringifyYaml(input, { version: '1.1' });
}
