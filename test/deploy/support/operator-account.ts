import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenKubeconfig } from 'kube-apiserver-emulator/kubeconfig.ts';
import { z } from 'zod';
import { bindingManifest, roleManifest } from '../../../scripts/generate/rbac-manifests.ts';
import { DEPLOYED_ROLES, OPERATOR_NAME, OPERATOR_NAMESPACE } from '../../../scripts/generate/rbac-roles.ts';
import type { KubeApiServer } from '../../support/controlplane/kube-apiserver.ts';
import type { Rest } from '../../support/controlplane/rest.ts';

const tokenAnswer = z.object({ status: z.object({ token: z.string() }) });

/** The operator's service account, with no right but those that it is given here. */
export interface OperatorAccount {
  /** File with a kubeconfig that has nothing but its token. */
  readonly kubeconfig: string;
  /** Creates the role of a file of `deploy/` and its binding, a Role in `namespace`. */
  grant(file: string, namespace?: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes the operator's namespace and service account on a server with RBAC, and a token for it. */
export async function createOperatorAccount(server: KubeApiServer, rest: Rest): Promise<OperatorAccount> {
  const create = async (path: string, body: object): Promise<unknown> => {
    const answer = await rest.request('POST', path, body);
    if (answer.status !== 201) {
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const accounts = `/api/v1/namespaces/${OPERATOR_NAMESPACE}/serviceaccounts`;
  await create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: OPERATOR_NAMESPACE },
  });
  await create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: OPERATOR_NAME } });
  const answer = await create(`${accounts}/${OPERATOR_NAME}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: 3600 },
  });
  const { token } = tokenAnswer.parse(answer).status;
  const folder = await mkdtemp(join(tmpdir(), 'operator-account-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, tokenKubeconfig(server.url, server.caPem, token), { mode: 0o600 });

  return {
    kubeconfig,
    async grant(file, namespace) {
      const role = DEPLOYED_ROLES.find((candidate) => candidate.file === file && candidate.bound);
      if (role === undefined) {
        throw new Error(`${file} has no role of the operator`);
      }
      const placed = namespace === undefined ? role : { ...role, namespace };
      const root = '/apis/rbac.authorization.k8s.io/v1';
      const scope = placed.kind === 'Role' ? `/namespaces/${placed.namespace}` : '';
      const plural = placed.kind.toLowerCase();
      await create(`${root}${scope}/${plural}s`, roleManifest(placed));
      await create(`${root}${scope}/${plural}bindings`, bindingManifest(placed));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
