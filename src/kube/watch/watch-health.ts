import type { WatchHealth } from '../operator-options.ts';
import type { ResourceCache } from './resource-cache.ts';

/** State of the watches that fill a cache. */
export function watchHealthOf({ id, reflectors }: ResourceCache): WatchHealth[] {
  return reflectors.map(({ namespace, reflector }) => ({
    id,
    namespace,
    state: reflector.state.name,
    stateMs: reflector.stateMs,
    lastContactMs: reflector.lastContactMs,
  }));
}
