const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The time since a timestamp as kubectl shows it: two units at most, such as `2m48s`; `<unknown>` without one. */
export function age(since: unknown, nowMs: number): string {
  const start = typeof since === 'string' ? Date.parse(since) : Number.NaN;
  return Number.isNaN(start) ? '<unknown>' : humanDuration(nowMs - start);
}

/** A duration of `ms` in the unit that is fine enough at its size. */
export function humanDuration(ms: number): string {
  if (ms < -second) {
    return '<invalid>';
  }
  const elapsed = Math.max(0, ms);
  const whole = (unit: number): number => Math.floor(elapsed / unit);
  const two = (major: number, minor: number, names: readonly [string, string]): string => {
    const rest = whole(minor) % (major / minor);
    return rest === 0 ? `${whole(major)}${names[0]}` : `${whole(major)}${names[0]}${rest}${names[1]}`;
  };
  if (elapsed < 2 * minute) {
    return `${whole(second)}s`;
  }
  if (elapsed < 10 * minute) {
    return two(minute, second, ['m', 's']);
  }
  if (elapsed < 3 * hour) {
    return `${whole(minute)}m`;
  }
  if (elapsed < 8 * hour) {
    return two(hour, minute, ['h', 'm']);
  }
  if (elapsed < 2 * day) {
    return `${whole(hour)}h`;
  }
  if (elapsed < 8 * day) {
    return two(day, hour, ['d', 'h']);
  }
  if (elapsed < 2 * 365 * day) {
    return `${whole(day)}d`;
  }
  if (elapsed < 8 * 365 * day) {
    const years = whole(365 * day);
    const days = whole(day) % 365;
    return days === 0 ? `${years}y` : `${years}y${days}d`;
  }
  return `${whole(365 * day)}y`;
}
