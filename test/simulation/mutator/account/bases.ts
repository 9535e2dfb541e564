import { specOf } from '../../../soak/storm/edits.ts';
import { connector, secret } from '../../../support/workbench/manifests.ts';
import type { Stage } from '../../environment/stage.ts';
import type { Base } from '../kind.ts';

/** The account that is changed. */
export const MAIN = 'main';

/** Secrets with credentials, by what is in them. */
export const CREDENTIALS = {
  main: 'main-account',
  /** Of another user of the organization. */
  other: 'other-account',
  /** Of another organization. */
  moved: 'moved-account',
  /** Open Connectors does not know them. */
  wrong: 'wrong-account',
  /** Two lines. */
  lines: 'lines-account',
} as const;

/** Keys of the Secret `CREDENTIALS.main`. */
export const KEYS = {
  user: 'user',
  otherUser: 'other-user',
  wrongUser: 'wrong-user',
  organization: 'organization',
  otherOrganization: 'other-organization',
  /** The same value as `organization`. */
  copiedOrganization: 'copied-organization',
} as const;

/** An account that several connectors use. Its limits are so low that each of them shows. */
const USED: Base = {
  name: 'an account with connectors',
  async prepare(stage) {
    await prepareCredentials(stage);
    // Their calls would count as those of the account.
    for (const name of ['sap', 'spare', 'elsewhere']) {
      await stage.environment.team.remove('OpenConnectorsAccount', name);
    }
    for (const subject of stage.subjects) {
      await stage.environment.team.create(
        connector(subject.name, {
          ...specOf(subject),
          accountRef: { name: MAIN },
          includeAccountCredentials: true,
        }),
      );
    }
    return {
      baseUrl: stage.environment.simulation.baseUrl,
      credentialsSecretRef: {
        name: CREDENTIALS.main,
        userSecretKey: KEYS.user,
        organizationSecretKey: KEYS.organization,
      },
      limits: { requestsPerSecond: 5, burst: 1, concurrency: 1 },
      timeoutSeconds: 10,
      inventoryInterval: '2m',
    };
  },
};

/** All fields have a value in the only base. */
export const ACCOUNT_BASES: readonly Base[] = [USED];

async function prepareCredentials({ environment: { simulation, team } }: Stage): Promise<void> {
  const own = simulation.credentials;
  const { organizationSecret, organizationId } = own;
  const others = [1, 2, 3].map(() => simulation.addUser({ organizationId }).userSecret);
  const [otherUser = '', defaultUser = '', thirdUser = ''] = others;
  const moved = simulation.addOrganization({ name: 'Moved' });
  // The same keys in each Secret, so that a reference can change to another Secret.
  const pair = (user: string, organization: string): Readonly<Record<string, string>> => ({
    [KEYS.user]: user,
    [KEYS.organization]: organization,
  });
  await team.create(
    secret(CREDENTIALS.main, {
      ...pair(own.userSecret, organizationSecret),
      [KEYS.otherUser]: otherUser,
      [KEYS.wrongUser]: 'wrong-user-secret',
      [KEYS.otherOrganization]: moved.organizationSecret,
      [KEYS.copiedOrganization]: organizationSecret,
      // The keys of an account that names none.
      userSecret: defaultUser,
      organizationSecret,
    }),
    secret(CREDENTIALS.other, pair(thirdUser, organizationSecret)),
    secret(CREDENTIALS.moved, pair(moved.userSecret, moved.organizationSecret)),
    secret(CREDENTIALS.wrong, pair('wrong-user-secret', organizationSecret)),
    secret(CREDENTIALS.lines, pair('two\nlines', organizationSecret)),
  );
}
