import { sleep } from '../../../src/runtime/clock.ts';
import { CALLBACK_URL } from '../../support/workbench/manifests.ts';
import type { Subject } from '../model/subject.ts';
import { pick } from '../seeds.ts';
import type { Operation } from './context.ts';

const KIND = 'InfusionsoftConnector';

/** Patches the spec of a resource; `undefined` if it is deleted. */
async function patchSpec(subject: Subject, spec: object, words: string): Promise<string | undefined> {
  if (!subject.exists) {
    return undefined;
  }
  await subject.tenant.namespace.patch(KIND, subject.name, { spec });
  return words;
}

export const rename: Operation = async (_context, subject, random) => {
  const name = `${subject.name}-n${pick(random, [1, 2, 3, 4, 5, 6, 7, 8, 9])}`;
  subject.wanted.instanceName = name;
  return patchSpec(subject, { instance: { name } }, `instance.name ${name}`);
};

export const changeTags: Operation = async (_context, subject, random) => {
  const tags = ['blue', 'green', 'red', 'white'].filter(() => random.fraction() < 0.5);
  subject.wanted.tags = tags;
  return patchSpec(subject, { instance: { tags } }, `instance.tags [${tags}]`);
};

export const changeConfiguration: Operation = async (_context, subject, random) => {
  const value = pick(random, ['true', 'false']);
  const max = String(100 + Math.floor(random.fraction() * 100));
  const configuration = { 'filter.response.nulls': value, 'pagination.max': max };
  subject.wanted.configuration = configuration;
  return patchSpec(subject, { instance: { configuration } }, `instance.configuration ${value} ${max}`);
};

/** In half of the cases the edit is reverted before the first call completes. */
export const enableOrDisable: Operation = async ({ clock }, subject, random) => {
  const flips = random.fraction() < 0.5 ? 2 : 1;
  const gapMs = 50 + random.fraction() * 400;
  for (let flip = 0; flip < flips; flip++) {
    const enabled = !subject.wanted.enabled;
    subject.wanted.enabled = enabled;
    const done = await patchSpec(subject, { instance: { enabled } }, '');
    if (done === undefined) {
      return undefined;
    }
    await sleep(clock, flip + 1 < flips ? gapMs : 0);
  }
  return `instance.enabled ${subject.wanted.enabled} after ${flips} change(s)`;
};

export const changeDriftPolicy: Operation = async (_context, subject, random) => {
  const driftPolicy = pick(random, ['Correct', 'Correct', 'Report'] as const);
  subject.wanted.driftPolicy = driftPolicy;
  return patchSpec(subject, { driftPolicy }, `driftPolicy ${driftPolicy}`);
};

export const changeConnector: Operation = async (_context, subject) => {
  const { wanted } = subject;
  wanted.element = wanted.element === 'infusionsoftcrm' ? 'infusionsoftrest' : 'infusionsoftcrm';
  const replacement = { switch: 'Automatic', retainFor: '0s' };
  return patchSpec(subject, { ...elementSpec(subject, null), replacement }, `connector ${wanted.element}`);
};

export const renameConnectionSecret: Operation = async (_context, subject) => {
  subject.serial += 1;
  const name = `${subject.name}-connection-${subject.serial}`;
  subject.wanted.connectionSecret = name;
  return patchSpec(subject, { connectionSecretRef: { name } }, `connectionSecretRef ${name}`);
};

/** Moves to another organization; instances in the former one stay untouched. */
export const changeAccount: Operation = async (_context, subject) => {
  const { wanted } = subject;
  wanted.account = wanted.account === 'sap' ? 'spare' : 'sap';
  return patchSpec(subject, { accountRef: { name: wanted.account } }, `accountRef ${wanted.account}`);
};

/** Fields that depend on the element; `absent` is the value for those of the other element. */
function elementSpec({ wanted, name, server }: Subject, absent: null | undefined) {
  return wanted.element === 'infusionsoftcrm'
    ? { connector: wanted.element, server, encryptedKeySecretRef: { name: `${name}-key` } }
    : { connector: wanted.element, server: absent, encryptedKeySecretRef: absent };
}

/** The whole spec, for a create. */
export function specOf(subject: Subject): Readonly<Record<string, unknown>> {
  const { wanted, name, grant, codeSecret } = subject;
  return {
    ...elementSpec(subject, undefined),
    accountRef: { name: wanted.account },
    driftPolicy: wanted.driftPolicy,
    connectionSecretRef: { name: wanted.connectionSecret },
    instance: {
      name: wanted.instanceName,
      tags: wanted.tags,
      configuration: wanted.configuration,
      enabled: wanted.enabled,
    },
    oauth: {
      clientSecretRef: { name: `${name}-oauth` },
      callbackUrl: CALLBACK_URL,
      ...(grant === 'code'
        ? { authorizationCodeSecretRef: { name: codeSecret } }
        : { refreshTokenSecretRef: { name: codeSecret, key: 'code' } }),
    },
  };
}
