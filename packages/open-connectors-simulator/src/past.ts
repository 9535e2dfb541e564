import type { Context } from './context.ts';
import type { InstanceRecord } from './state.ts';

/** Records the current `instance` for stale lists. Callers call it before every change. */
export function remember({ state, clock, knobs }: Context, instance: InstanceRecord): void {
  if (knobs.listStaleMs <= 0) {
    state.past.delete(instance.id);
    return;
  }
  const now = clock.now();
  const needed = (state.past.get(instance.id) ?? []).filter(({ until }) => until > now - knobs.listStaleMs);
  if (needed.at(-1)?.until === now) {
    return;
  }
  const copy = { ...instance, tags: [...instance.tags], configuration: new Map(instance.configuration) };
  state.past.set(instance.id, [...needed, { until: now, instance: copy }]);
}

/** The instance as a list shows it: its state `listStaleMs` ago. */
export function asListed({ state, clock, knobs }: Context, instance: InstanceRecord): InstanceRecord {
  const at = clock.now() - knobs.listStaleMs;
  const past = knobs.listStaleMs <= 0 ? undefined : state.past.get(instance.id);
  return past?.find(({ until }) => until > at)?.instance ?? instance;
}
