import { derivedRandom, pick } from '../../soak/seeds.ts';
import type { OperationName } from '../../soak/storm/schedule.ts';
import type { Api } from '../wire/fate.ts';
import type { Profile } from './profile.ts';

/** What happens to a run from outside, `at` milliseconds after its start. */
export type Action = { readonly id: string; readonly at: number } & (
  | {
      readonly kind: 'operation';
      readonly name: OperationName;
      readonly subject: number;
      readonly seed: number;
    }
  | { readonly kind: 'rotate account'; readonly seed: number }
  | { readonly kind: 'kill'; readonly replica: number }
  | { readonly kind: 'upgrade' }
  | { readonly kind: 'pause'; readonly replica: number; readonly ms: number }
  | { readonly kind: 'cut watches' }
  | { readonly kind: 'expire history' }
  | { readonly kind: 'lose Secret'; readonly subject: number; readonly backMs: number }
  | { readonly kind: 'revoke'; readonly subject: number }
  | { readonly kind: 'outage'; readonly api: Api; readonly ms: number }
);

/** The actions of a seed, in order of time. */
export function planActions(seed: number, profile: Profile): readonly Action[] {
  const random = derivedRandom(seed, 'plan');
  const index = (count: number): number => Math.floor(random.fraction() * count);
  const at = (): number => Math.round(random.fraction() * profile.stormMs);
  const operations = Array.from({ length: profile.operations }, (): Action => {
    const subject = index(profile.connectors);
    return {
      id: '',
      kind: 'operation',
      at: at(),
      name: pick(random, profile.operationMenu),
      subject,
      seed: index(0x1_0000_0000),
    };
  });
  const others: readonly (() => Action)[] = [
    () => ({ id: '', kind: 'rotate account', at: at(), seed: index(0x1_0000_0000) }),
    () => ({ id: '', kind: 'kill', at: at(), replica: index(profile.replicas) }),
    () => ({
      id: '',
      kind: 'pause',
      at: at(),
      replica: index(profile.replicas),
      ms: pick(random, [2_000, 25_000, 60_000]),
    }),
    () => ({ id: '', kind: 'cut watches', at: at() }),
    () => ({ id: '', kind: 'expire history', at: at() }),
    () => ({
      id: '',
      kind: 'lose Secret',
      at: at(),
      subject: index(profile.connectors),
      backMs: pick(random, [100, 5_000, 30_000]),
    }),
    () => ({
      id: '',
      kind: 'outage',
      at: at(),
      api: pick(random, ['kubernetes', 'external'] as const),
      ms: pick(random, [5_000, 60_000]),
    }),
    () => ({ id: '', kind: 'revoke', at: at(), subject: index(profile.connectors) }),
  ];
  const disturbances = Array.from({ length: index(6) }, () => pick(random, others)());
  return [...operations, ...disturbances]
    .sort((left, right) => left.at - right.at)
    .map((action, order) => ({ ...action, id: `action ${order + 1}` }));
}
