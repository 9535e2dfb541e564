import { describeError } from '../kube/client/describe-error.ts';
import { isKubeError, type KubeError } from '../kube/client/errors.ts';
import { NoClusterError } from '../kube/client/pooled-config.ts';
import type { CliExit } from './exit-codes.ts';

/** A command ends here, with a message for the person who gave it. The message never holds a secret. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: CliExit;
  /** What to do about it, a line each. */
  readonly hints: readonly string[];

  constructor(exit: CliExit, message: string, hints: readonly string[] = []) {
    super(message);
    this.exit = exit;
    this.hints = hints;
  }
}

/** What a call to the API server was for: `{ verb: 'get', what: 'Secret "crm-oauth"', place: 'namespace "sales"' }`. */
export interface Purpose {
  /** As RBAC has it. */
  readonly verb: 'get' | 'list' | 'create' | 'patch';
  readonly what: string;
  readonly place: string;
}

/** The same rejection as `answer`, but for `KubeError`s, which become what a person can do about them. */
export async function forPurpose<T>(purpose: Purpose, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isKubeError(error) ? new CliError('failure', sentence(purpose, error)) : error;
  }
}

function sentence({ verb, what, place }: Purpose, error: KubeError): string {
  switch (error.kind) {
    case 'forbidden':
      return `You may not ${verb} ${what} in ${place}. Ask an administrator of the cluster for that right, or somebody who has it to run this command.`;
    case 'unauthorized':
      return 'The API server does not accept the credentials of your kubeconfig. Sign in to the cluster again.';
    case 'not-found':
      return `There is no ${what} in ${place}.`;
    case 'network':
    case 'timeout':
      return 'The API server of the cluster cannot be reached. Check the context of your kubeconfig, and the network.';
    case 'throttled':
    case 'server':
      return 'The API server of the cluster is in trouble. Try again later.';
    default:
      return `The API server refused to ${verb} ${what} in ${place} (${error.reason ?? error.status ?? error.kind}).`;
  }
}

/** Any error as an exit code and lines for a person: no stack, no answer's body. */
export function problemOf(error: unknown): { readonly exit: CliExit; readonly lines: readonly string[] } {
  if (error instanceof CliError) {
    return { exit: error.exit, lines: error.exit === 'interrupted' ? [] : [error.message, ...error.hints] };
  }
  if (error instanceof NoClusterError) {
    return {
      exit: 'usage',
      lines: [
        'Your kubeconfig names no cluster. Choose a context with --context, or a file with --kubeconfig.',
      ],
    };
  }
  return { exit: 'failure', lines: [`This command failed unexpectedly (${describeError(error)}).`] };
}
