import { z } from 'zod';
import { kubeconfigWithToken } from '../controlplane/kubeconfig.ts';
import type { Rest } from '../controlplane/rest.ts';

const tokenAnswer = z.object({ status: z.object({ token: z.string() }) });

/** Creates a service account. */
export async function createServiceAccount(rest: Rest, namespace: string, name: string): Promise<void> {
  await post(rest, accountsPath(namespace), {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });
}

/**
 * A kubeconfig (YAML) for the same server with a token of the service account that is valid for an hour, requested as
 * the kubelet does (TokenRequest), so that it works on every control plane.
 */
export async function serviceAccountKubeconfig(
  { kubeconfig, rest }: { readonly kubeconfig: string; readonly rest: Rest },
  namespace: string,
  name: string,
): Promise<string> {
  const answer = await post(rest, `${accountsPath(namespace)}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: 3600 },
  });
  return kubeconfigWithToken(kubeconfig, tokenAnswer.parse(answer).status.token);
}

/** Creates an object and returns it. Rejects if the server refuses it. */
export async function post(rest: Rest, path: string, body: object): Promise<unknown> {
  const answer = await rest.request('POST', path, body);
  if (answer.status !== 201) {
    throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return answer.body;
}

function accountsPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/serviceaccounts`;
}
