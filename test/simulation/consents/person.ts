import { sleep } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import type { Subject } from '../../soak/model/subject.ts';
import { pick } from '../../soak/seeds.ts';
import { hiddenField, linkOf, locationOf, type Reply, type Visitor } from '../../support/consent/visitor.ts';
import type { Stage } from '../environment/stage.ts';
import { NoAnswerError } from './browser.ts';
import type { ConsentChecks } from './consent-checks.ts';

/** How a person goes through a consent; `plain` is the only way after the storm, and `late` takes a long one. */
export const WAYS = [
  'plain',
  'twice',
  'two tabs',
  'slow',
  'again',
  'kill before',
  'kill after',
  'deny',
  'edit',
  'delete',
] as const;

export type Way = (typeof WAYS)[number] | 'late';

/** What a person can do in one consent. */
export interface PersonTools {
  readonly stage: Stage;
  readonly random: Random;
  readonly checks: ConsentChecks;
  readonly visitor: Visitor;
  kill(): void;
  edit(subject: Subject): Promise<void>;
  remove(subject: Subject): Promise<void>;
}

/** Longer than a consent is valid, milliseconds. */
const LATE_MS = 16 * 60_000;
/** From the provider back to the pages: within the life of a Lease and beyond it, milliseconds. */
const SLOW_MS = 45_000;
/** How often a browser repeats a request without an answer. */
const TRIES = 3;

/** Opens the start link of status and goes one way through a consent. Resolves with what came of it, in words. */
export async function goThrough(tools: PersonTools, subject: Subject, way: Way): Promise<string> {
  try {
    return await consent(tools, subject, way);
  } catch (error) {
    if (error instanceof NoAnswerError || (error instanceof Error && /^(expected|no) /.test(error.message))) {
      return error.message.slice(0, 120);
    }
    throw error;
  }
}

async function consent(tools: PersonTools, subject: Subject, way: Way): Promise<string> {
  const { stage, random, checks, visitor } = tools;
  const { clock } = stage;
  const urls = [await upToCallback(tools, subject, way !== 'deny')];
  if (way === 'two tabs') {
    urls.push(await upToCallback(tools, subject, true));
  }
  const delayMs = way === 'late' ? LATE_MS : way === 'slow' ? SLOW_MS : 0;
  await sleep(clock, delayMs + Math.floor(random.fraction() * 3_000));
  if (way === 'edit') {
    await tools.edit(subject);
  } else if (way === 'delete') {
    await tools.remove(subject);
  } else if (way === 'kill before') {
    tools.kill();
  } else if (way === 'kill after') {
    clock.schedule(Math.floor(random.fraction() * 250), () => tools.kill());
  }
  if (way === 'twice') {
    urls.push(...urls);
  } else if (random.fraction() < 0.5) {
    urls.reverse();
  }
  const cookies = new Map(visitor.jar);
  const replies = await Promise.all(urls.map((url) => repeated(() => visitor.get(url))));
  if (way === 'again') {
    // Back in history, with the cookies of that time.
    visitor.jar.clear();
    for (const [name, value] of cookies) {
      visitor.jar.set(name, value);
    }
    await sleep(clock, pick(random, [0, 2_000, 20_000]));
    replies.push(...(await Promise.all(urls.map((url) => repeated(() => visitor.get(url))))));
  }
  for (const value of visitor.jar.values()) {
    checks.secret(value.split('.')[0]);
  }
  return replies.map((reply) => `${reply.status}`).join(' ');
}

/** Enters the code and reads the review page; the provider then sends the browser back to the returned URL. */
async function upToCallback(
  { stage, checks, visitor }: PersonTools,
  subject: Subject,
  approve: boolean,
): Promise<string> {
  const { team, simulation } = stage.environment;
  const { status, metadata } = await team.connector(subject.name);
  const { startUrl, codeSecretName } = status?.authorization ?? {};
  if (startUrl === undefined || codeSecretName === undefined) {
    throw new NoAnswerError('status has no start link any more');
  }
  const stored = await team.secret(codeSecretName);
  const code = stored?.values['code'] ?? '';
  const form = await repeated(() => visitor.get(startUrl));
  const begun = await repeated(() => visitor.post(startUrl, { form: hiddenField(form.body), code }));
  checks.secret(visitor.jar.get('__Host-connect-consent')?.split('.')[0]);
  const review = await repeated(() => visitor.get(locationOf(begun)));
  const [, element = ''] = /<dd><strong>[^<]+<\/strong> \(([^)]+)\)/.exec(review.body) ?? [];
  const out = await repeated(() => visitor.get(linkOf(review.body)));
  const back = await simulation.consent(locationOf(out), { approve });
  checks.approved(back, { subject, uid: stored?.owners[0] ?? metadata.uid, element });
  return back;
}

/** As a person who reloads the page. */
async function repeated(ask: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    try {
      const reply = await ask();
      if (reply.status !== 503 || attempt >= TRIES) {
        return reply;
      }
    } catch (error) {
      if (!(error instanceof NoAnswerError) || attempt >= TRIES) {
        throw error;
      }
    }
  }
}
