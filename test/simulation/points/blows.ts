import type { CrashMoment, Fate, WireCall, WireFault } from '../wire/fate.ts';

/** What happens at a request. */
export type Blow =
  | { readonly kind: 'crash'; readonly moment: CrashMoment; readonly fault?: WireFault }
  | { readonly kind: 'fault'; readonly fault: WireFault }
  /** All watches are cut. */
  | { readonly kind: 'watches cut' }
  /** All watches are cut and cannot be opened again for a time, so that the caches show what was. */
  | { readonly kind: 'stale cache' }
  /** From here on listings of Open Connectors lag behind. */
  | { readonly kind: 'stale list' };

/** After the client has given up, milliseconds. */
const LATE: WireFault = { kind: 'late', ms: 60_000 };

/** Every moment at which a process can end. */
const CRASHES: readonly Blow[] = [
  { kind: 'crash', moment: 'before' },
  { kind: 'crash', moment: 'after commit' },
  { kind: 'crash', moment: 'after answer' },
];

/** Faults of every request. A read that is refused, or whose answer is lost, is like one that is lost. */
const FAULTS: readonly Blow[] = [
  { kind: 'fault', fault: { kind: 'lost' } },
  { kind: 'fault', fault: { kind: 'hangs' } },
  { kind: 'fault', fault: { kind: 'status', status: 429 } },
  { kind: 'fault', fault: { kind: 'status', status: 500 } },
  { kind: 'watches cut' },
  { kind: 'stale cache' },
];

const OF_WRITES: readonly Blow[] = [
  { kind: 'fault', fault: { kind: 'refused' } },
  { kind: 'fault', fault: { kind: 'answer lost' } },
  { kind: 'fault', fault: LATE },
  { kind: 'crash', moment: 'after send', fault: LATE },
];

const OF_KUBERNETES_WRITES: readonly Blow[] = [{ kind: 'fault', fault: { kind: 'status', status: 409 } }];

const OF_EXTERNAL: readonly Blow[] = [
  { kind: 'fault', fault: { kind: 'status', status: 503 } },
  { kind: 'fault', fault: { kind: 'status', status: 429, forwarded: true } },
  { kind: 'fault', fault: { kind: 'gateway' } },
  { kind: 'stale list' },
];

/** What can happen at a request; `crashesOnly`: without what leaves the process alive. */
export function blowsAt({ api, method }: Pick<WireCall, 'api' | 'method'>, crashesOnly: boolean): Blow[] {
  const isWrite = method !== 'GET';
  const blows = [
    ...CRASHES,
    ...FAULTS,
    ...(isWrite ? OF_WRITES : []),
    ...(isWrite && api === 'kubernetes' ? OF_KUBERNETES_WRITES : []),
    ...(api === 'external' ? OF_EXTERNAL : []),
  ];
  return crashesOnly ? blows.filter(({ kind }) => kind === 'crash') : blows;
}

/** `fate` with the blow. */
export function fateOf(fate: Fate, blow: Blow): Fate {
  switch (blow.kind) {
    case 'crash':
      return { ...fate, crash: blow.moment, ...(blow.fault && { fault: blow.fault }) };
    case 'fault':
      return { ...fate, fault: blow.fault };
    default:
      return fate;
  }
}

/** A blow in words, for reports. */
export function blowInWords(blow: Blow): string {
  switch (blow.kind) {
    case 'crash':
      return `crash ${blow.moment}${blow.fault === undefined ? '' : `, ${wordsOf(blow.fault)}`}`;
    case 'fault':
      return wordsOf(blow.fault);
    default:
      return blow.kind;
  }
}

function wordsOf(fault: WireFault): string {
  return Object.entries(fault)
    .map(([name, value]) => (name === 'forwarded' ? name : String(value)))
    .join(' ');
}
