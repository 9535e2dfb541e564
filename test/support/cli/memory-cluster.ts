import type { InfusionsoftConnector } from '../../../src/api/connector.ts';
import type { ConnectorPatch, Resources, SelectedConnector } from '../../../src/cli/cluster/resources.ts';
import { CliError } from '../../../src/cli/errors.ts';
import { encodeData } from '../../../src/secrets/secret-data.ts';
import { condition, connector, readyStatus } from '../builders/connector.ts';
import { mergePatched } from '../builders/merge-patch.ts';

type Used = Pick<Resources, 'selectConnectors' | 'findConnector' | 'patchConnector' | 'secret'>;

/** Connectors in memory with versions and preconditions, like the API server. */
export class MemoryCluster implements Used {
  readonly connectors = new Map<string, InfusionsoftConnector>();
  /** Names of the connectors in the order of their patches. */
  readonly patched: string[] = [];
  /** Label selectors of the lists. */
  readonly selectors: (string | undefined)[] = [];
  fieldManagers: readonly string[] = [];
  /** The Secret of every OAuth client. */
  oauth: Awaited<ReturnType<Resources['secret']>> = encodeData({
    client_id: 'client',
    client_secret: 'secret',
  });
  /** Runs before each patch; may change connectors or throw. */
  beforePatch: (name: string) => void = () => undefined;
  /** Runs before each read; may throw. */
  beforeRead: (name: string) => void = () => undefined;

  constructor(...connectors: readonly InfusionsoftConnector[]) {
    for (const one of connectors) {
      this.connectors.set(one.metadata.name, one);
    }
  }

  async selectConnectors(_namespace: string | undefined, selector: string | undefined) {
    this.selectors.push(selector);
    return [...this.connectors.values()].map((one) => this.#selected(one));
  }

  async findConnector(_namespace: string, name: string): Promise<SelectedConnector | undefined> {
    this.beforeRead(name);
    const found = this.connectors.get(name);
    return found && this.#selected(found);
  }

  async patchConnector({ metadata }: InfusionsoftConnector, patch: ConnectorPatch) {
    this.beforePatch(metadata.name);
    const current = this.connectors.get(metadata.name);
    if (current === undefined) {
      return 'not-found';
    }
    if (current.metadata.resourceVersion !== metadata.resourceVersion) {
      return 'conflict';
    }
    this.patched.push(metadata.name);
    const changed = this.change(metadata.name, patch);
    return this.#selected(changed);
  }

  async secret() {
    return this.oauth;
  }

  /** Changes a connector as another client does. */
  change(name: string, patch: object): InfusionsoftConnector {
    const current = this.connectors.get(name);
    if (current === undefined) {
      throw new Error(`no connector ${name}`);
    }
    const { generation, resourceVersion } = current.metadata;
    const versions = {
      generation: 'spec' in patch ? generation + 1 : generation,
      resourceVersion: String(Number(resourceVersion) + 1),
    };
    const changed = mergePatched(mergePatched(current, patch), {
      metadata: versions,
    }) as InfusionsoftConnector;
    this.connectors.set(name, changed);
    return changed;
  }

  /** What the operator does: asks for consent. */
  ask(name: string): void {
    this.change(name, {
      status: {
        observedGeneration: this.connectors.get(name)?.metadata.generation,
        conditions: [condition('Ready', 'False', 'AuthorizationRequired', { message: 'Waiting.' })],
        authorization: {
          startUrl: `https://connect.example.com/connect/team-a/${name}`,
          codeSecretName: `${name}-consent-code`,
        },
      },
    });
  }

  /** What the operator does after the consent. */
  authorize(name: string): void {
    this.change(name, {
      status: {
        observedGeneration: this.connectors.get(name)?.metadata.generation,
        conditions: [condition('Ready', 'True', 'Succeeded')],
      },
    });
  }

  #selected(one: InfusionsoftConnector): SelectedConnector {
    return { connector: one, fieldManagers: this.fieldManagers };
  }
}

/** A Ready connector of infusionsoftcrm. */
export function readyCrm(name: string, change: Parameters<typeof connector>[0] = {}): InfusionsoftConnector {
  return connector({
    status: readyStatus(7),
    ...change,
    metadata: { name, uid: `uid-${name}`, ...change.metadata },
  });
}

/** The error of a request that the API server forbids. */
export const FORBIDDEN = new CliError('failure', 'Forbidden: cannot patch.');
