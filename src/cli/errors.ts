import { describeError } from '../kube/client/describe-error.ts';
import { isKubeError, type KubeError } from '../kube/client/errors.ts';
import { NoClusterError } from '../kube/client/pooled-config.ts';
import type { CliExit } from './exit-codes.ts';

/** Ends a command with an exit code and a message for the user. The message never contains a secret. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: CliExit;
  /** What to do, one line each. */
  readonly hints: readonly string[];

  constructor(exit: CliExit, message: string, hints: readonly string[] = []) {
    super(message);
    this.exit = exit;
    this.hints = hints;
  }
}

/** A call to the API server: `{ verb: 'get', object: 'Secret "crm-oauth"', scope: 'namespace "sales"' }`. */
export interface ApiCall {
  /** As in RBAC. */
  readonly verb: 'get' | 'list' | 'create' | 'patch';
  readonly object: string;
  readonly scope: string;
}

/** `response` with each `KubeError` replaced by a `CliError` for the user. */
export async function translateKubeErrors<T>(call: ApiCall, response: Promise<T>): Promise<T> {
  try {
    return await response;
  } catch (error) {
    throw isKubeError(error) ? new CliError('failure', messageOf(call, error)) : error;
  }
}

function messageOf({ verb, object, scope }: ApiCall, error: KubeError): string {
  switch (error.kind) {
    case 'forbidden':
      return `Forbidden: cannot ${verb} ${object} in ${scope}. Request this permission from a cluster administrator.`;
    case 'unauthorized':
      return 'The API server rejected the credentials of the kubeconfig (401). Log in to the cluster again.';
    case 'not-found':
      return `${object} not found in ${scope}.`;
    case 'network':
    case 'timeout':
      return 'Cannot reach the API server. Check the kubeconfig context and the network.';
    case 'throttled':
    case 'server':
      return 'The API server is overloaded or unavailable. Try again later.';
    default:
      return `The API server rejected the request: cannot ${verb} ${object} in ${scope} (${error.reason ?? error.status ?? error.kind}).`;
  }
}

/** The exit code and the error output of any error, without stacks and response bodies. */
export function describeFailure(error: unknown): {
  readonly exit: CliExit;
  readonly lines: readonly string[];
} {
  if (error instanceof CliError) {
    return { exit: error.exit, lines: error.exit === 'interrupted' ? [] : [error.message, ...error.hints] };
  }
  if (error instanceof NoClusterError) {
    return {
      exit: 'usage',
      lines: ['The kubeconfig contains no cluster. Choose one with --context or --kubeconfig.'],
    };
  }
  return { exit: 'failure', lines: [`Unexpected error: ${describeError(error)}`] };
}
