import { startKubeApiServer } from '../../../../test/support/controlplane/kube-apiserver.ts';
import { startApiServer } from '../../src/index.ts';

/** A running server of the Kubernetes API. */
export interface Server {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** A kind of server that the protocol is checked against. */
export interface Target {
  readonly name: string;
  readonly start: () => Promise<Server>;
}

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

/** The embedded server, and the real one where its programs are. */
export const targets: readonly Target[] = [
  { name: 'the embedded API server', start: () => startApiServer({ authorization: 'RBAC' }) },
  ...(assets === ''
    ? []
    : [
        {
          name: 'a real kube-apiserver',
          start: () => startKubeApiServer(assets, { authorization: 'RBAC' }),
        },
      ]),
];

/** Why the real server is left out; `undefined` when it is not. */
export const leftOut =
  assets === '' ? 'KUBEBUILDER_ASSETS names no kube-apiserver to compare with' : undefined;
