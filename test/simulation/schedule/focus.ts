import type { Profile } from './profile.ts';

/** A situation that chance alone rarely brings about. Each seed has one of them; it overrides what the seed drew. */
export const FOCUSES = {
  mixed: {},
  'mixed again': {},
  'provider throttles': { aimedFaults: 0.5, aimedFaultMenu: ['forwarded 429'] },
  'platform throttles': { aimedFaults: 0.7, aimedFaultMenu: ['429'], faults: 0.02 },
  'late commits': {
    connectors: 1,
    aimedFaults: 0.7,
    aimedFaultMenu: ['late'],
    reactions: 0.5,
    reactionMenu: ['delete', 'delete and re-create', 'kill', 'change accountRef'],
    operationMenu: ['delete and re-create', 're-create', 'change accountRef', 'change connector', 'rename'],
  },
  'edits under way': {
    connectors: 1,
    reactions: 0.6,
    reactionMenu: [
      'delete',
      'delete and re-create',
      'change connector',
      'change accountRef',
      'rotate client_id',
    ],
    operationMenu: ['delete and re-create', 'change connector', 'change accountRef', 'rotate client_id'],
    latencyMs: 400,
  },
  'edits during listings': {
    connectors: 1,
    reactions: 0.4,
    aim: 'listings',
    aimedFaults: 0.5,
    aimedFaultMenu: ['hangs', 'late'],
    reactionMenu: ['rename', 'change tags', 'change configuration', 'delete and re-create', 'kill'],
    latencyMs: 400,
    watchDelayMs: 10,
  },
  'server errors': {
    aimedFaults: 0.5,
    aimedFaultMenu: ['500', '502', '503', 'answer lost', 'hangs'],
  },
  gateway: {
    faults: 0.15,
    faultMenu: ['gateway'],
    operationMenu: ['delete', 'delete and re-create', 'rename', 'change connector', 'remove the instance'],
  },
  'paused leaders': { replicas: 2, pauses: 0.05, faults: 0, operations: 12, latencyMs: 50 },
  'moved accounts': {
    connectors: 1,
    operationMenu: ['change accountRef', 'delete', 'delete and re-create', 'rename'],
    operations: 10,
  },
} as const satisfies Readonly<Record<string, Partial<Profile>>>;

export type FocusName = keyof typeof FOCUSES;

export const FOCUS_NAMES = Object.keys(FOCUSES) as readonly FocusName[];
