// The parts of undici that the programs and KubeConfig use, without caches, WebSockets, mocks and the global dispatcher.
// Not TypeScript: the modules of undici have no types of their own.
export { default as errors } from '../../../node_modules/undici/lib/core/errors.js';
export { default as Agent } from '../../../node_modules/undici/lib/dispatcher/agent.js';
export { default as Pool } from '../../../node_modules/undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from '../../../node_modules/undici/lib/dispatcher/proxy-agent.js';

/** The generated client of @kubernetes/client-node imports it; nothing calls it. */
export function fetch() {
  throw new Error('The programs do not use the generated client.');
}
