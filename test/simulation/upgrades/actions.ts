import { derivedRandom } from '../../soak/seeds.ts';
import type { Action } from '../schedule/plan.ts';
import type { Profile } from '../schedule/profile.ts';

/** Upgrades at a random time, besides those in the place of kills. */
const UPGRADES = 2;

/**
 * The profile of a run with upgrades: the processes are killed during calls with a credential more often, and no connector
 * moves to another account. The record of the release before does not name the account that it is about.
 */
export function profileWithUpgrades(profile: Profile): Profile {
  const { operationMenu, reactionMenu, reactions } = profile;
  const staying = operationMenu.filter((name) => name !== 'change accountRef');
  return {
    ...profile,
    operationMenu: staying.length > 0 ? staying : ['rename'],
    reactions: Math.max(reactions, 0.2),
    reactionMenu: [...reactionMenu.filter((name) => name !== 'change accountRef'), 'kill'],
  };
}

/** The actions of a plan with upgrades: some at random times, and each kill is one. */
export function withUpgrades(seed: number, { stormMs }: Profile, actions: readonly Action[]): Action[] {
  const random = derivedRandom(seed, 'upgrades');
  const more = Array.from({ length: UPGRADES }, (_, index): Action => {
    return { id: `upgrade ${index + 1}`, kind: 'upgrade', at: Math.round(random.fraction() * stormMs) };
  });
  return [...actions.map(asUpgrade), ...more].sort((left, right) => left.at - right.at);
}

/** A kill of a process becomes an upgrade. */
export function asUpgrade(action: Action): Action {
  return action.kind === 'kill' ? { id: action.id, at: action.at, kind: 'upgrade' } : action;
}
