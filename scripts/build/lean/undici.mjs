// The parts of undici that the programs and KubeConfig use, without caches, WebSockets, mocks and the global dispatcher.
// Not TypeScript: the modules of undici have no types of their own.
import api from '../../../node_modules/undici/lib/api/index.js';
import Dispatcher from '../../../node_modules/undici/lib/dispatcher/dispatcher.js';

export { default as errors } from '../../../node_modules/undici/lib/core/errors.js';
export { default as Agent } from '../../../node_modules/undici/lib/dispatcher/agent.js';
export { default as Pool } from '../../../node_modules/undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from '../../../node_modules/undici/lib/dispatcher/proxy-agent.js';

// As the index of undici does.
Object.assign(Dispatcher.prototype, api);

/** The generated client of @kubernetes/client-node imports it; nothing calls it. */
export function fetch() {
  throw new Error('The programs do not use the generated client.');
}
