// The parts of @kubernetes/client-node that @dot-i/k8s-operator uses in an operator that overrides its transport.
export { KubeConfig } from '../../../node_modules/@kubernetes/client-node/dist/config.js';

/** The base class constructs this client; nothing calls it. */
export class CoreV1Api {}
