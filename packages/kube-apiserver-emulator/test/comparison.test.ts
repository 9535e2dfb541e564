import { afterAll, beforeAll, describe, test } from 'vitest';
import { accessSuite } from './protocol/access.ts';
import { applySuite } from './protocol/apply.ts';
import { applyRefusalSuite } from './protocol/apply-refusals.ts';
import { builtinSuite } from './protocol/builtin.ts';
import { creationSuite } from './protocol/creation.ts';
import { customResourceSuite } from './protocol/custom-resources.ts';
import { deletionSuite } from './protocol/deletion.ts';
import { discoverySuite } from './protocol/discovery.ts';
import { eventSuite } from './protocol/events.ts';
import { listSuite } from './protocol/lists.ts';
import { ownershipSuite } from './protocol/ownership.ts';
import { patchSuite } from './protocol/patches.ts';
import { representationSuite } from './protocol/representations.ts';
import { rightsSuite } from './protocol/rights.ts';
import { updateSuite } from './protocol/updates.ts';
import { watchSuite } from './protocol/watches.ts';
import { Client } from './support/client.ts';
import { leftOut, type Server, targets } from './support/targets.ts';
import { installWidgets } from './support/widgets.ts';

/** The same assertions on every target: where they differ, the embedded server is wrong. */
describe.each(targets)('protocol of $name', ({ start }) => {
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

test.skipIf(leftOut === undefined)(`a real kube-apiserver is left out: ${leftOut}`, (context) => {
  context.skip(leftOut);
});
