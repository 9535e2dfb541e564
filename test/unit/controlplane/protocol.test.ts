import { test } from 'vitest';
import { describeProtocol } from '../../../packages/kube-apiserver-emulator/test/protocol/describe-protocol.ts';
import { startKubeApiServer } from '../../support/controlplane/kube-apiserver.ts';

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';

// The emulator passes the same tests: where it differs from the real server, it is wrong.
if (assets === '') {
  test.skip('protocol of a kube-apiserver (needs KUBEBUILDER_ASSETS)');
} else {
  describeProtocol('a kube-apiserver', () => startKubeApiServer(assets, { authorization: 'RBAC' }));
}
