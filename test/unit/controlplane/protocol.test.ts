import { test } from 'vitest';
import { describeProtocol } from '../../../packages/kube-apiserver-emulator/test/protocol/describe-protocol.ts';
import { kubeApiServerVersion, startKubeApiServer } from '../../support/controlplane/kube-apiserver.ts';

/** The newest minor version whose messages the suite has; see "Known differences" in the emulator's README. */
const NEWEST_MINOR = 20;

const assets = process.env['PROTOCOL_ASSETS'] ?? process.env['KUBEBUILDER_ASSETS'] ?? '';
const version = assets === '' ? undefined : await kubeApiServerVersion(assets);

// The emulator passes the same tests: where it differs from the real server, it is wrong.
if (version === undefined) {
  test.skip('protocol of a kube-apiserver (needs KUBEBUILDER_ASSETS)');
} else if (Number(version.split('.')[1]) > NEWEST_MINOR) {
  test.skip(
    `protocol of a kube-apiserver ${version} (needs PROTOCOL_ASSETS with kube-apiserver 1.${NEWEST_MINOR})`,
  );
} else {
  describeProtocol('a kube-apiserver', () => startKubeApiServer(assets, { authorization: 'RBAC' }));
}
