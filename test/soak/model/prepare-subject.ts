import type { Simulation } from 'open-connectors-simulator/simulation.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Random } from '../../../src/runtime/random.ts';
import { secret } from '../../support/workbench/manifests.ts';
import { issueCode } from './codes.ts';
import type { Subject, Tenant } from './subject.ts';

/** What Open Connectors and Infusionsoft know of a subject is registered here. */
export interface SubjectSources {
  readonly simulator: Pick<Simulation, 'registerApp' | 'registerAccount' | 'issueCode' | 'issueRefreshToken'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** A connector with all its Secrets; the resource itself is not created yet. */
export async function prepareSubject(
  { simulator, clock, random }: SubjectSources,
  tenant: Tenant,
  {
    name,
    server,
    element,
    grant = 'code',
  }: Pick<Subject, 'name' | 'server'> & Pick<Subject['wanted'], 'element'> & Partial<Pick<Subject, 'grant'>>,
): Promise<Subject> {
  const { namespace } = tenant;
  const subject: Subject = {
    key: `${namespace.name}/${name}`,
    name,
    tenant,
    server,
    grant,
    codeSecret: `${name}-code`,
    app: simulator.registerApp(),
    wanted: {
      account: 'sap',
      element,
      instanceName: name,
      tags: [],
      configuration: {},
      enabled: true,
      driftPolicy: 'Correct',
      connectionSecret: `${name}-connection`,
    },
    exists: false,
    codes: [],
    lastOperationAt: 0,
    serial: 0,
    takenOver: false,
  };
  const encryptedKey = random.bytes(16).toString('hex');
  simulator.registerAccount({ server, encryptedKey });
  const code = issueCode(simulator, clock, subject);
  await namespace.create(
    secret(`${name}-oauth`, { client_id: subject.app.clientId, client_secret: subject.app.clientSecret }),
    secret(`${name}-key`, { encryptedKey }),
    secret(subject.codeSecret, { code: code.value }),
  );
  code.stored();
  return subject;
}
