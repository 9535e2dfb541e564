import type { Random } from '../../../src/runtime/random.ts';
import { pick } from '../../soak/seeds.ts';
import { LATE_COMMIT_WINDOW_MS } from '../environment/settings.ts';
import type { WireCall, WireFault } from '../wire/fate.ts';

type Draw = (random: Random, call: WireCall) => WireFault | undefined;

const always =
  (fault: WireFault): Draw =>
  () =>
    fault;
const onlyOf =
  (applies: (call: WireCall) => boolean, fault: WireFault): Draw =>
  (_random, call) =>
    applies(call) ? fault : undefined;

/** Every fault of a request; `undefined` where it does not apply. */
const FAULTS = {
  refused: always({ kind: 'refused' }),
  lost: always({ kind: 'lost' }),
  'answer lost': always({ kind: 'answer lost' }),
  hangs: always({ kind: 'hangs' }),
  late: (random, { isWatch }) =>
    isWatch
      ? undefined
      : { kind: 'late', ms: Math.floor(random.fraction() ** 2 * LATE_COMMIT_WINDOW_MS * 0.7) },
  silent: onlyOf(({ isWatch }) => isWatch, { kind: 'silent' }),
  '409': onlyOf(({ api, method }) => api === 'kubernetes' && method !== 'GET', {
    kind: 'status',
    status: 409,
  }),
  '410': onlyOf(({ api, method }) => api === 'kubernetes' && method === 'GET', {
    kind: 'status',
    status: 410,
  }),
  '429': always({ kind: 'status', status: 429 }),
  '500': always({ kind: 'status', status: 500 }),
  '502': onlyOf(({ api }) => api === 'external', { kind: 'status', status: 502 }),
  '503': always({ kind: 'status', status: 503 }),
  'forwarded 429': onlyOf(({ api }) => api === 'external', { kind: 'status', status: 429, forwarded: true }),
  gateway: onlyOf(({ api }) => api === 'external', { kind: 'gateway' }),
} as const satisfies Readonly<Record<string, Draw>>;

export type FaultName = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** One fault of the menu that applies to the call. */
export function drawFault(random: Random, call: WireCall, menu: readonly FaultName[]): WireFault | undefined {
  const draw: Draw = FAULTS[pick(random, menu)];
  return draw(random, call);
}
