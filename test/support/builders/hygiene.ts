import { mayAppear } from '../../../src/api/reasons.ts';
import type { Action } from '../../../src/connector/action.ts';
import { faultsOfLimits, isComplete } from './message-limits.ts';
import { VALUES } from './secrets.ts';

/** Reasons whose text comes from the rules of the API, which are no sentences. */
const QUOTING = ['InvalidSpec'];

/** What is wrong with a message: too long, no sentence, a value that is not there, a hash, or a secret. */
export function faultsOfMessage(message: string): string[] {
  return [
    ...faultsOfLimits(message),
    ...(/[a-z]{3}/.test(message) ? [] : ['no words']),
    ...(/undefined|\[object|NaN|null\b/.test(message) ? ['a value that is not there'] : []),
    ...(/[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-|[a-z2-7]{52}/.test(message) ? ['an id or hash'] : []),
    ...(/ {2}|\n/.test(message) ? ['two spaces or lines'] : []),
    ...(Object.values(VALUES).some((value) => message.includes(value)) ? ['a secret'] : []),
  ];
}

/** What is wrong with a step whoever decided it. */
export function faultsOfStep(action: Action): string[] {
  if (action.type !== 'finish') {
    return [];
  }
  const { result: verdict } = action;
  switch (verdict.kind) {
    case 'suspended':
    case 'not-due':
    case 'cache-not-synced':
    case 'released':
      return [];
    case 'ready':
      return [
        ...(mayAppear(verdict.reason, 'Ready', 'True')
          ? []
          : [`Ready may not be True for ${verdict.reason}`]),
        ...faultsOfSentence(verdict.message),
      ];
    case 'observed':
      return [
        ...(['True', 'False'].some((status) => mayAppear(verdict.reason, 'Ready', status as 'True' | 'False'))
          ? []
          : [`${verdict.reason} may not be on Ready`]),
        ...faultsOfSentence(verdict.message),
        ...verdict.unmet.flatMap(({ message }) => faultsOfSentence(message)),
        ...verdict.plan.flatMap(({ needs }) => (needs === undefined ? [] : faultsOfMessage(needs))),
      ];
    case 'blocked': {
      const { condition, reason, message } = verdict;
      const allowed = mayAppear(reason, condition, 'False') || mayAppear(reason, condition, 'Unknown');
      return [
        ...(allowed ? [] : [`${reason} may not be on ${condition}`]),
        ...(mayAppear(reason, 'Ready', 'False') ? [] : [`${reason} may not be on Ready`]),
        ...(QUOTING.includes(reason) ? faultsOfMessage(message) : faultsOfSentence(message)),
      ];
    }
  }
}

function faultsOfSentence(message: string): string[] {
  return [...faultsOfMessage(message), ...(isComplete(message) ? [] : ['no full stop'])];
}
