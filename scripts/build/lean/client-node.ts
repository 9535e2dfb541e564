// The parts of @kubernetes/client-node that the operator uses, each from its own module.
export { KubeConfig } from '../../../node_modules/@kubernetes/client-node/dist/config.js';
export {
  HttpMethod,
  RequestContext,
} from '../../../node_modules/@kubernetes/client-node/dist/gen/http/http.js';
