import { describe, expect, it } from 'vitest';
import type { InfusionsoftConnector } from '../../../../src/api/connector.ts';
import { ConnectorMemory } from '../../../../src/connector/memory.ts';
import { reconcile } from '../../../../src/connector/reconcile.ts';
import { RemoteError } from '../../../../src/openconnectors/errors/remote-error.ts';
import type { Instance } from '../../../../src/openconnectors/port.ts';
import { Inventory } from '../../../../src/ownership/inventory.ts';
import { ownerTags } from '../../../../src/ownership/owner-tags.ts';
import type { SecretFact } from '../../../../src/secrets/secret-fact.ts';
import { readyStatus } from '../../../support/builders/connector.ts';
import { printOf } from '../../../support/builders/fingerprints.ts';
import { READY_ACCOUNT, SETTINGS, STORED, settledConnector } from '../../../support/builders/input.ts';
import { CLUSTER, instance } from '../../../support/builders/instance.ts';
import { type Bench, bench } from '../../../support/builders/ports.ts';
import { fakeRemote, workingRemote } from '../../../support/builders/remote.ts';
import { secretRead, VALUES } from '../../../support/builders/secrets.ts';
import { HOUR, MINUTE, NOW } from '../../../support/builders/time.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const FIRST_ID = 10_000;

/** How the provider refuses calls: the error of Open Connectors. */
type Refusal = (id: number) => RemoteError | undefined;

const answers: Readonly<Record<string, () => RemoteError>> = {
  '401': () => new RemoteError('unauthorized', 'no product match', { status: 401, source: 'provider' }),
  '403': () => new RemoteError('forbidden', 'Forbidden', { status: 403, source: 'provider' }),
  '404': () => new RemoteError('not-found', 'Not Found', { status: 404, source: 'provider' }),
  '410': () => new RemoteError('invalid', 'Gone', { status: 410, source: 'provider' }),
  '503': () => new RemoteError('unavailable', 'Service Unavailable', { status: 503, source: 'provider' }),
  'a fault': () => new RemoteError('unavailable', 'a fault', { status: 200, source: 'provider' }),
};

/** Connectors of one account that share clock, memory and inventory, as in one operator. */
class Fleet {
  readonly clock = new VirtualClock(NOW);
  readonly instances = new Map<number, Instance>();
  readonly remote;
  refuses: Refusal = () => undefined;
  #memory = new ConnectorMemory();
  readonly #inventory = new Inventory(() => this.clock.now(), SETTINGS.searchGraceMs);
  readonly #members: { readonly it: Bench; due: number }[];

  constructor(size: number, clientOf: (at: number) => string = () => 'client-4f1d') {
    const working = workingRemote(this.instances);
    this.remote = fakeRemote({
      ...working,
      organization: () => ({ id: READY_ACCOUNT.organizationId, name: '' }),
      setInstanceEnabled: (id: number, enabled: boolean) => {
        this.instances.set(id, { ...this.#instance(id), disabled: !enabled });
      },
      pingInstance: (token: string) => {
        const id = Number(token.split('-').at(-1));
        const error =
          this.#instance(id).disabled === true
            ? new RemoteError('forbidden', 'disabled', { status: 403 })
            : this.refuses(id);
        if (error !== undefined) {
          throw error;
        }
        return 'answered';
      },
    });
    this.#members = Array.from({ length: size }, (_, at) => this.#member(at, clientOf(at)));
    this.list();
  }

  #instance(id: number): Instance {
    return this.instances.get(id) ?? instance(id);
  }

  #member(at: number, client: string): { readonly it: Bench; due: number } {
    const id = FIRST_ID + at;
    const identity = { namespace: 'team-a', name: `crm-${at}`, uid: `uid-${at}` };
    const tags = ownerTags({ clusterId: CLUSTER, ...identity });
    this.instances.set(
      id,
      instance(id, { name: `team-a-crm-${at}`, token: `token-${id}`, tags: Object.values(tags) }),
    );
    const status = readyStatus(id, {
      binding: { name: 'crm-connection' },
      credentials: readyStatus(id).credentials?.map((entry, place) =>
        place === 0 ? { ...entry, fingerprint: printOf(client) } : entry,
      ),
    });
    const subject = settledConnector({
      metadata: identity,
      status,
      spec: { connectionSecretRef: { name: 'crm-connection' } },
      oauth: { authorizationCodeSecretRef: undefined },
    });
    const own: SecretFact = { ...STORED['crm-connection'] };
    const it = bench({
      connector: subject,
      secrets: {
        ...STORED,
        'crm-oauth': secretRead({ client_id: client, client_secret: VALUES.clientSecret }),
        'crm-connection': own.state === 'absent' ? own : { ...own, owners: [identity.uid] },
      },
    });
    return { it, due: NOW + ((at * 37) % 60) * MINUTE };
  }

  /** The account is listed. */
  list(): void {
    this.#inventory.replace([...this.instances.values()], this.clock.now());
  }

  /** The operator starts again, and with it everything that it only remembers. */
  restart(): void {
    this.#memory = new ConnectorMemory();
    for (const member of this.#members) {
      member.due = this.clock.now();
    }
  }

  get states(): string[] {
    return this.#members.map(
      ({ it }) => it.stored().status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '',
    );
  }

  /** How many instances were enabled, in all. */
  get enabled(): number {
    return this.remote.calls.filter(([name]) => name === 'setInstanceEnabled').length;
  }

  /** Names of all calls that a consent or a new instance needs, and of all Secrets of consents. */
  get consents(): unknown[] {
    return [
      ...this.remote.calls.filter(([name]) =>
        ['createInstance', 'reauthorizeInstance', 'authorizeUrl'].includes(name),
      ),
      ...this.#members.flatMap(({ it }) =>
        it.events.filter(({ reason }) => /^Authorization(?:Req|Rev)/.test(reason)),
      ),
    ];
  }

  /** Reconciles in the order of the due times until `ms` have passed. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      const next = this.#members.reduce((a, b) => (b.due < a.due ? b : a));
      if (next.due > end) {
        break;
      }
      await this.clock.advance(Math.max(0, next.due - this.clock.now()));
      next.due = this.clock.now() + (await this.#reconcile(next.it));
    }
    await this.clock.advance(end - this.clock.now());
  }

  async #reconcile(it: Bench): Promise<number> {
    const session = {
      view: READY_ACCOUNT,
      api: this.remote.api,
      inventory: this.#inventory,
      invalidate: () => undefined,
    };
    const others = (one: InfusionsoftConnector) =>
      this.#members
        .map((member) => member.it.stored())
        .filter(({ metadata }) => metadata.uid !== one.metadata.uid);
    const ports = {
      ...it.ports,
      clock: this.clock,
      memory: this.#memory,
      peers: (one: InfusionsoftConnector) => others(one).slice(0, 60),
      accounts: { ...it.ports.accounts, view: () => READY_ACCOUNT, session: () => session },
    };
    const outcome = await reconcile(ports, it.stored(), new AbortController().signal);
    return outcome.kind === 'again' ? Math.max(1_000, outcome.afterMs) : HOUR;
  }
}

const all = (fleet: Fleet, reason: string) => fleet.states.every((state) => state === reason);

describe('an outage of 48 hours', () => {
  it.each(Object.entries(answers))(
    'asks nobody and ends by itself when the provider answers %s',
    async (kind, error) => {
      const fleet = new Fleet(kind === '401' ? 12 : 6, (at) => `client-${at % 3}`);
      await fleet.run(HOUR);
      expect(all(fleet, 'Succeeded')).toBe(true);
      fleet.refuses = error;
      await fleet.run(3 * HOUR);
      expect(all(fleet, 'ProviderUnavailable')).toBe(true);
      await fleet.run(45 * HOUR);
      expect(all(fleet, 'ProviderUnavailable')).toBe(true);
      fleet.refuses = () => undefined;
      await fleet.run(HOUR);
      expect(all(fleet, 'Succeeded')).toBe(true);
      expect(fleet.consents).toEqual([]);
    },
    120_000,
  );

  it('outlasts a restart of the operator, with a single client_id', async () => {
    const fleet = new Fleet(6);
    fleet.refuses = answers['401'] ?? (() => undefined);
    await fleet.run(24 * HOUR);
    fleet.restart();
    await fleet.run(24 * HOUR);
    expect(all(fleet, 'ProviderUnavailable')).toBe(true);
    fleet.refuses = () => undefined;
    await fleet.run(HOUR);
    expect(all(fleet, 'Succeeded')).toBe(true);
    expect(fleet.consents).toEqual([]);
  });

  it('enables each instance that Open Connectors disabled once, and asks only for the grant that ended', async () => {
    const fleet = new Fleet(8, (at) => `client-${at % 2}`);
    fleet.refuses = answers['503'] ?? (() => undefined);
    await fleet.run(3 * HOUR);
    for (const id of [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2]) {
      fleet.instances.set(id, { ...(fleet.instances.get(id) ?? instance(id)), disabled: true });
    }
    fleet.list();
    fleet.refuses = (id) =>
      id === FIRST_ID ? new RemoteError('unauthorized', 'invalid_grant', { status: 401 }) : undefined;
    await fleet.run(2 * HOUR);
    expect(fleet.states.filter((state) => state !== 'Succeeded')).toEqual(['AuthorizationRevoked']);
    expect(fleet.enabled).toBe(3);
  });
});

describe('one failing part', () => {
  const invalid = () =>
    new RemoteError('unauthorized', 'invalid_access_token', { status: 401, source: 'provider' });

  it('is one revoked grant among many', async () => {
    const fleet = new Fleet(12, (at) => `client-${at % 3}`);
    fleet.refuses = (id) => (id === FIRST_ID ? invalid() : undefined);
    await fleet.run(3 * HOUR);
    expect(fleet.states[0]).toBe('AuthorizationRevoked');
    expect(fleet.states.filter((state) => state === 'Succeeded')).toHaveLength(11);
  });

  it('is a dead OAuth app, and recovers by itself', async () => {
    const fleet = new Fleet(12, (at) => `client-${at % 3}`);
    fleet.refuses = (id) => ((id - FIRST_ID) % 3 === 0 ? invalid() : undefined);
    await fleet.run(3 * HOUR);
    expect(fleet.states.filter((state) => state === 'OAuthClientRejected')).toHaveLength(4);
    expect(fleet.remote.calls.filter(([name]) => name === 'patchInstance')).toHaveLength(4);
    fleet.refuses = () => undefined;
    await fleet.run(HOUR);
    expect(all(fleet, 'Succeeded')).toBe(true);
    expect(fleet.consents).toEqual([]);
  });
});
