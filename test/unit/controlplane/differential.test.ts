import { startApiServer } from 'kube-apiserver-emulator/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compare,
  type Difference,
  type Servers,
} from '../../../packages/kube-apiserver-emulator/test/differential/compare.ts';
import { generate } from '../../../packages/kube-apiserver-emulator/test/differential/generate.ts';
import {
  KNOWN_DIFFERENCES,
  unknownOf,
} from '../../../packages/kube-apiserver-emulator/test/differential/known.ts';
import {
  describeOperation,
  type Operation,
} from '../../../packages/kube-apiserver-emulator/test/differential/operation.ts';
import { shrink } from '../../../packages/kube-apiserver-emulator/test/differential/shrink.ts';
import { Client } from '../../../packages/kube-apiserver-emulator/test/support/client.ts';
import { installGadgets } from '../../../packages/kube-apiserver-emulator/test/support/gadgets.ts';
import { installWidgets } from '../../../packages/kube-apiserver-emulator/test/support/widgets.ts';
import { kubeApiServerVersion, startKubeApiServer } from '../../support/controlplane/kube-apiserver.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { timeLimit } from '../../support/time-limit.ts';

/** The oldest minor version with the answers that the emulator gives. */
const OLDEST_MINOR = 36;
/** `DIFFERENTIAL_SEEDS=500 DIFFERENTIAL_FROM=1000` compares more. */
const SEEDS = Number(process.env['DIFFERENTIAL_SEEDS'] ?? 24);
const FROM = Number(process.env['DIFFERENTIAL_FROM'] ?? 1);
const LENGTH = Number(process.env['DIFFERENTIAL_LENGTH'] ?? 15);

const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
const version = assets === '' ? undefined : await kubeApiServerVersion(assets);
const isComparable = version !== undefined && Number(version.split('.')[1]) >= OLDEST_MINOR;

describe.skipIf(!isComparable)(
  `the emulator and a kube-apiserver (needs KUBEBUILDER_ASSETS with 1.${OLDEST_MINOR} or later)`,
  () => {
    let servers: Servers;
    const ends: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      const connect = async (server: ConstructorParameters<typeof Client>[0] & { stop(): Promise<void> }) => {
        const client = new Client(server);
        ends.push(() => client.close(), server.stop);
        await installWidgets(client);
        await installGadgets(client);
        return client;
      };
      servers = {
        real: await connect(await startKubeApiServer(assets)),
        emulated: await connect(await startApiServer()),
      };
    }, timeLimit(120_000));
    afterAll(async () => {
      for (const end of ends) {
        await end();
      }
    });

    const differences = async (operations: readonly Operation[]): Promise<readonly Difference[]> =>
      unknownOf(await compare(servers, operations));

    it(
      `answer the same to random requests (seeds ${FROM} to ${FROM + SEEDS - 1})`,
      async () => {
        for (let seed = FROM; seed < FROM + SEEDS; seed++) {
          const operations = generate(seededRandom(seed), LENGTH);
          const [first] = await differences(operations);
          const fails = async (candidate: readonly Operation[]) => (await differences(candidate)).length > 0;
          // Times of whole seconds can make one run differ; a difference of the protocol is there again.
          if (first !== undefined && (await fails(operations))) {
            const shortest = await shrink(operations, first.index, fails);
            expect.fail(await report(seed, shortest));
          }
        }
      },
      timeLimit(120_000 + SEEDS * 5_000),
    );

    it.each(KNOWN_DIFFERENCES.map((known) => [known.name, known] as const))(
      'differ in a listed way: %s',
      async (_name, known) => {
        const found = await compare(servers, known.example);
        expect(found.filter((difference) => known.covers(difference))).not.toEqual([]);
        expect(unknownOf(found)).toEqual([]);
      },
    );

    async function report(seed: number, operations: readonly Operation[]): Promise<string> {
      const found = await differences(operations);
      return [
        `seed ${seed}:`,
        ...operations.map((operation, index) => `${index}: ${describeOperation(operation)}`),
        ...found.map(
          ({ index, path, real, emulated }) =>
            `after ${index}, ${path}: ${JSON.stringify(real)}, but the emulator: ${JSON.stringify(emulated)}`,
        ),
      ].join('\n');
    }
  },
);
