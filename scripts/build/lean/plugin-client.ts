// The parts of @kubernetes/client-node that the kubectl plugin uses.
export { dumpYaml, loadAllYaml } from '../../../node_modules/@kubernetes/client-node/dist/yaml.js';
export { HttpMethod, KubeConfig, RequestContext } from './client-node.ts';
