import { afterAll, beforeAll, describe } from 'vitest';
import { Client } from '../support/client.ts';
import { installWidgets } from '../support/widgets.ts';
import { accessSuite } from './access.ts';
import { applySuite } from './apply.ts';
import { applyRefusalSuite } from './apply-refusals.ts';
import { builtinSuite } from './builtin.ts';
import { creationSuite } from './creation.ts';
import { customResourceSuite } from './custom-resources.ts';
import { deletionSuite } from './deletion.ts';
import { discoverySuite } from './discovery.ts';
import { eventSuite } from './events.ts';
import { listSuite } from './lists.ts';
import { ownershipSuite } from './ownership.ts';
import { patchSuite } from './patches.ts';
import { representationSuite } from './representations.ts';
import { rightsSuite } from './rights.ts';
import { updateSuite } from './updates.ts';
import { watchSuite } from './watches.ts';

/** A running server of the Kubernetes API. */
export interface Server {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Declares the tests of the Kubernetes protocol for a server with RBAC. `start` is called once, before all of them. */
export function describeProtocol(name: string, start: () => Promise<Server>): void {
  describe(`protocol of ${name}`, () => {
    let server: Server;
    let client: Client;

    beforeAll(async () => {
      server = await start();
      client = new Client(server);
      await installWidgets(client);
    });

    afterAll(async () => {
      await client?.close();
      await server?.stop();
    });

    const suites = {
      discovery: discoverySuite,
      create: creationSuite,
      update: updateSuite,
      patch: patchSuite,
      delete: deletionSuite,
      list: listSuite,
      watch: watchSuite,
      representation: representationSuite,
      'custom resources': customResourceSuite,
      'built-in types': builtinSuite,
      events: eventSuite,
      access: accessSuite,
      rights: rightsSuite,
      ownership: ownershipSuite,
      apply: applySuite,
      'apply refused': applyRefusalSuite,
    };
    for (const [name, suite] of Object.entries(suites)) {
      describe(name, () => suite(() => client));
    }
  });
}
