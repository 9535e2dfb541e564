import { describe } from 'vitest';

import { attempt, connector, HELD, readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { instance } from '../../../support/builders/instance.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { at, MINUTE, NOW, SECOND, second } from '../../../support/builders/time.ts';
import { ID, SETTINGS, world } from '../../../support/builders/world.ts';
import { blockedBy, decides } from './table.ts';

const CODE = printOf(VALUES.code);
const OTHER = printOf('another code');
const held = (annotation?: string) =>
  connector({ metadata: HELD, ...(annotation !== undefined && { annotations: { attempt: annotation } }) });
const newCode = { 'crm-code': secretRead({ code: 'a new code' }, { resourceVersion: '2' }) };

describe('a grant whose outcome is unknown', () => {
  const { createDeadlineMs, searchGraceMs } = SETTINGS;
  const settlesMs = createDeadlineMs + searchGraceMs;
  const crashed = held(attempt({ at: at(0) }));
  const waiting = (time: number) =>
    blockedBy('Synced', 'SearchingInstance', 'The answer to the creation of the instance was lost', {
      kind: 'at',
      time,
    });
  const doubt = { ambiguous: { credential: CODE, at: NOW } } as const;
  decides([
    {
      name: 'after a crash, not searched since',
      because: 'the instance may be there, and then nobody has to wait',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'after a crash, searched at the moment of the announcement',
      because: 'the request may still be under way, so that a miss proves nothing yet',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'one millisecond before it settles',
      because: 'the deadline and the lag of the list both count in full',
      world: world({ connector: crashed, now: NOW + settlesMs - 1, searchedAt: NOW + SECOND }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'when it settles',
      because: 'only a search that begins now can prove that there is nothing',
      world: world({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'settled, and searched exactly then',
      because: 'what is not there now never will be, and the code is spent',
      world: world({ connector: crashed, now: NOW + settlesMs, searchedAt: NOW + settlesMs }),
      step: blockedBy('Authorized', 'CredentialUsed', 'no instance came of it'),
    },
    {
      name: 'settled, with a new code',
      because: 'the way is free for it',
      world: world({
        connector: crashed,
        now: NOW + settlesMs,
        searchedAt: NOW + settlesMs,
        secrets: newCode,
      }),
      step: { do: 'announce' },
    },
    {
      name: 'not settled, with a new code',
      because: 'a second instance would be made beside the one that may be coming',
      world: world({ connector: crashed, now: NOW + SECOND, searchedAt: NOW, secrets: newCode }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'seen to end in doubt',
      because: 'the request is not under way any more, so that only the lag of the list counts',
      world: world({ connector: crashed, memory: doubt, now: NOW + SECOND, searchedAt: NOW }),
      step: waiting(NOW + searchGraceMs),
    },
    {
      name: 'seen to end in doubt, last searched before',
      because: 'the list of a minute ago cannot know',
      world: world({ connector: crashed, memory: doubt, now: NOW, searchedAt: NOW - 1 }),
      step: { do: 'search' },
    },
    {
      name: 'seen to end in doubt, and settled',
      because: 'two searches with the grace between them are believed',
      world: world({
        connector: crashed,
        memory: doubt,
        now: NOW + searchGraceMs,
        searchedAt: NOW + searchGraceMs,
      }),
      step: blockedBy('Authorized', 'CredentialUsed', 'crm-code'),
    },
    {
      name: 'doubt about another grant',
      because: 'what is remembered of an older one does not shorten the wait for this one',
      world: world({
        connector: crashed,
        memory: { ambiguous: { credential: OTHER, at: NOW - MINUTE } },
        now: NOW + searchGraceMs,
        searchedAt: NOW + SECOND,
      }),
      step: waiting(NOW + settlesMs),
    },
    {
      name: 'refused',
      because: 'a refusal is an answer: nothing was made',
      world: world({
        connector: crashed,
        memory: { refused: { credential: CODE, message: 'no' } },
        searchedAt: NOW - MINUTE,
      }),
      step: blockedBy('Authorized', 'AuthorizationFailed', 'was refused'),
    },
    {
      name: 'found',
      because: 'the instance with our uid on it is the answer',
      world: world({ connector: crashed, now: NOW + SECOND, instances: [instance(9)] }),
      step: { do: 'ping', id: 9 },
    },
    {
      name: 'authorized since',
      because: 'status says that the grant was accepted; it is only in whole seconds',
      world: world({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(900) }) },
          status: readyStatus(ID, { authorization: { authorizedAt: second(900) } }),
        }),
        gone: [ID],
        searchedAt: NOW - MINUTE,
        now: NOW + 2 * SECOND,
      }),
      step: blockedBy('Authorized', 'AuthorizationRequired', 'does not exist in Open Connectors any more'),
    },
    {
      name: 'authorized before, announced a second later',
      because: 'that was another grant',
      world: world({
        connector: connector({
          metadata: HELD,
          annotations: { attempt: attempt({ at: at(SECOND) }) },
          status: readyStatus(ID, { authorization: { authorizedAt: second(0) } }),
        }),
        gone: [ID],
        searchedAt: NOW + SECOND,
        now: NOW + 2 * SECOND,
      }),
      step: waiting(NOW + SECOND + settlesMs),
    },
  ]);
});
