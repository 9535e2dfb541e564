import { issueCode } from '../../soak/model/codes.ts';
import type { Subject } from '../../soak/model/subject.ts';
import { changeConnector, specOf } from '../../soak/storm/edits.ts';
import { deleteResource } from '../../soak/storm/lifecycle.ts';
import { rotateClientSecret } from '../../soak/storm/rotations.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { connector } from '../../support/workbench/manifests.ts';
import { createConnector, type Stage } from '../environment/stage.ts';

/** One change of a connector whose every request and timer is a crash point. */
export interface Scenario {
  readonly name: string;
  /** Brings about the state before the change, with the operator running. */
  prepare(stage: Stage, subject: Subject): Promise<void>;
  /** The change. */
  act(stage: Stage, subject: Subject): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;
const random = seededRandom(1);

/** Patches the Secret with a code that was never used. */
async function storeCode({ environment, clock }: Stage, subject: Subject): Promise<void> {
  const code = issueCode(environment.simulation, clock, subject);
  await environment.team.patch('Secret', `${subject.name}-code`, { stringData: { code: code.value } });
  code.stored();
}

/** The changes that send credentials, create or delete. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'create', prepare: nothing, act: createConnector },
  {
    name: 'authorize',
    async prepare(stage, subject) {
      await createConnector(stage, subject);
      await stage.environment.team.remove('Secret', `${subject.name}-code`);
    },
    async act(stage, subject) {
      const { environment, clock } = stage;
      const code = issueCode(environment.simulation, clock, subject);
      await environment.team.create({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: `${subject.name}-code` },
        stringData: { code: code.value },
      });
      code.stored();
    },
  },
  {
    name: 'rotate',
    prepare: createConnector,
    async act(stage, subject) {
      await rotateClientSecret(stage, subject, random);
    },
  },
  {
    name: 'reauthorize',
    prepare: createConnector,
    async act(stage, subject) {
      await storeCode(stage, subject);
      await stage.environment.team.patch('InfusionsoftConnector', subject.name, {
        metadata: { annotations: { 'openconnectors.dev/reauthorize-at': '2026-01-01T00:00:00Z' } },
      });
    },
  },
  {
    name: 'change connector',
    prepare: createConnector,
    async act(stage, subject) {
      await changeConnector(stage, subject, random);
      await storeCode(stage, subject);
    },
  },
  {
    name: 'adopt',
    prepare: nothing,
    async act(stage, subject) {
      const { environment } = stage;
      const { clientId, clientSecret } = subject.app;
      const existing = environment.simulation.addInstance({
        connector: subject.wanted.element,
        name: subject.wanted.instanceName,
        tags: [],
        configuration: { 'oauth.api.key': clientId, 'oauth.api.secret': clientSecret },
      });
      const spec = specOf(subject);
      const instance = { name: subject.wanted.instanceName, importId: existing.id };
      await environment.team.create(connector(subject.name, { ...spec, instance }));
      subject.exists = true;
    },
  },
  {
    name: 'delete',
    prepare: createConnector,
    async act(stage, subject) {
      await deleteResource(stage, subject, random);
    },
  },
];
