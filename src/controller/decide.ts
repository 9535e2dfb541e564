import { isAllowedServer } from '../api/allowlist.ts';
import { isSuspended, takesOver } from '../api/annotations.ts';
import { accountNameOf, missingPolicyOf } from '../api/defaults.ts';
import { authorize, clientChanged } from './authorization.ts';
import { connectionStep } from './connection.ts';
import { decideDeletion } from './decide-deletion.ts';
import { desiredEnabled } from './desired.ts';
import { afterFailure } from './failure.ts';
import { lastingUses, obtain } from './inputs.ts';
import { chosenInstance } from './instance.ts';
import { claim } from './ownership.ts';
import { blocked, finish, type Step } from './step.ts';
import { synchronise } from './synchronise.ts';
import type { World } from './world.ts';

/** One consideration: a step if it has something to say, `undefined` to let the next one speak. */
type Rule = (world: World) => Step | undefined;

/** The considerations before anything is done at the remote side, in order; the first that answers wins. */
const PRECONDITIONS: readonly Rule[] = [
  suspended,
  specIsValid,
  importIdIsUnchanged,
  serverIsAllowed,
  accountPermits,
  accountIsReady,
  accountIsTheSame,
  afterFailure,
  retryIsDue,
  secretsAreThere,
  inventoryIsTaken,
];

/**
 * The next step for a resource. Pure: everything that matters is in the world, and the same world always gives the same
 * step. `act` carries the step out and says what it learned in a new world; only `finish` ends the pass.
 */
export function decide(world: World): Step {
  if (world.connector.metadata.deletionTimestamp !== undefined) {
    return decideDeletion(world);
  }
  return first(PRECONDITIONS, world) ?? decideInstance(world);
}

function first(rules: readonly Rule[], world: World): Step | undefined {
  for (const rule of rules) {
    const step = rule(world);
    if (step !== undefined) {
      return step;
    }
  }
  return undefined;
}

function decideInstance(world: World): Step {
  const chosen = chosenInstance(world);
  if (chosen === undefined) {
    return authorize(world, { why: 'create' });
  }
  if (chosen.instance === undefined) {
    return { do: 'read-instance', id: chosen.id };
  }
  if (chosen.instance === 'gone') {
    return missing(world, chosen.id);
  }
  return (
    claim(world, chosen.instance) ??
    checkGrant(world, chosen.instance) ??
    synchronise(world, chosen.instance) ??
    connectionStep(world, chosen.instance) ??
    settled(world)
  );
}

type Present = Exclude<NonNullable<ReturnType<typeof chosenInstance>>['instance'], 'gone' | undefined>;

/** Whether the grant works; where it does not, the way to a new one. */
function checkGrant(world: World, instance: Present): Step | undefined {
  if (world.pass.ping === 'refused') {
    return world.pass.accountProven
      ? authorize(world, { why: 'revoked', instance })
      : { do: 'prove-account', id: instance.id };
  }
  if (instance.disabled === true && disabledByPlatform(world)) {
    return authorize(world, { why: 'revoked', instance });
  }
  if (pingIsDue(world, instance)) {
    return instance.token === undefined
      ? { do: 'read-instance', id: instance.id }
      : { do: 'ping', id: instance.id, token: instance.token };
  }
  return clientChanged(world) ? authorize(world, { why: 'client-changed', instance }) : undefined;
}

/** We wanted it enabled and left it so: whoever disabled it, enabling it in a loop would not make its grant work. */
function disabledByPlatform(world: World): boolean {
  return (
    desiredEnabled(world) && world.connector.status?.instance?.enabled !== false && !world.pass.authorized
  );
}

/** Until the instance has answered once it is not called Ready, and an unproven one is asked again. */
function pingIsDue(world: World, instance: Present): boolean {
  if (world.pass.ping !== undefined || instance.disabled === true) {
    return false;
  }
  const authorized = world.connector.status?.conditions?.find((condition) => condition.type === 'Authorized');
  return world.pass.authorized || authorized?.status !== 'True' || world.pass.patched || clientChanged(world);
}

function missing(world: World, id: number): Step {
  if (world.connector.spec.instance?.importId === id || missingPolicyOf(world.connector.spec) === 'Report') {
    return blocked(
      'Synced',
      'InstanceMissing',
      `Instance ${id} does not exist in Open Connectors any more. ${
        world.connector.spec.instance?.importId === id
          ? 'It was named by spec.instance.importId, so the operator does not replace it: restore it, or create a resource without importId.'
          : 'With spec.missingPolicy "Recreate" the operator makes a new one.'
      }`,
    );
  }
  return authorize(world, { why: 'create' });
}

function settled(world: World): Step {
  return desiredEnabled(world)
    ? finish({
        kind: 'ready',
        reason: 'Succeeded',
        message: 'The instance is authorized and equals the resource.',
      })
    : finish({
        kind: 'ready',
        reason: 'Disabled',
        message: 'The instance equals the resource; it is disabled, as spec.instance.enabled says.',
      });
}

function suspended(world: World): Step | undefined {
  return isSuspended(world.connector) ? finish({ kind: 'suspended' }) : undefined;
}

function specIsValid(world: World): Step | undefined {
  const [violation, ...more] = world.violations;
  if (violation === undefined) {
    return undefined;
  }
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return blocked('Ready', 'InvalidSpec', `${violation.path} ${violation.message}${others}`);
}

/** What the API server refuses by a transition rule, where it knows such rules. */
function importIdIsUnchanged(world: World): Step | undefined {
  const { spec, status } = world.connector;
  const importId = spec.instance?.importId;
  return importId === undefined || status?.instance === undefined || status.instance.id === importId
    ? undefined
    : blocked(
        'Ready',
        'InvalidSpec',
        `spec.instance.importId cannot be changed: the resource holds instance ${status.instance.id}. Set it back, or create another resource for instance ${importId}.`,
      );
}

function serverIsAllowed(world: World): Step | undefined {
  const { server } = world.connector.spec;
  return server === undefined || isAllowedServer(server, world.settings.allowedServers)
    ? undefined
    : blocked(
        'Synced',
        'ServerNotAllowed',
        `spec.server "${server}" is not among the servers that this operator may use (${world.settings.allowedServers.join(', ')}). Correct it, or have the operator's ALLOWED_SERVERS extended.`,
      );
}

function accountPermits(world: World): Step | undefined {
  const { spec } = world.connector;
  if (accountNameOf(spec) !== undefined) {
    return undefined;
  }
  const asked = [
    spec.includeAccountCredentials === true ? 'spec.includeAccountCredentials' : undefined,
    spec.instance?.importId === undefined ? undefined : 'spec.instance.importId',
    takesOver(world.connector) ? 'the annotation openconnectors.dev/take-over' : undefined,
  ].find((field) => field !== undefined);
  return asked === undefined
    ? undefined
    : blocked(
        'AccountReady',
        'NotAllowedWithDefaultAccount',
        `${asked} is not allowed with the operator's default account, which other namespaces share. Name an OpenConnectorsAccount of this namespace in spec.accountRef, or remove it.`,
      );
}

function accountIsReady(world: World): Step | undefined {
  const { account } = world;
  switch (account.state) {
    case 'ready':
      return undefined;
    case 'unknown':
      return finish({ kind: 'uninformed' });
    case 'blocked':
      return blocked('AccountReady', account.reason, account.message);
  }
}

/** Only where the instance was made can its absence be believed, and only there may it be changed. */
function accountIsTheSame(world: World): Step | undefined {
  const recorded = world.connector.status?.instance?.account;
  const { account } = world;
  if (account.state !== 'ready' || recorded === undefined) {
    return undefined;
  }
  if (recorded.baseUrl === account.baseUrl && recorded.organizationId === account.organizationId) {
    return undefined;
  }
  return blocked(
    'Synced',
    'AccountChanged',
    `The instance was made in organization ${recorded.organizationId} at ${recorded.baseUrl}, but the account is now organization ${account.organizationId} at ${account.baseUrl}. Restore the account, or set the annotation openconnectors.dev/abandon and create the resource anew.`,
  );
}

/** A failure that is remembered in status holds the resource back, unless somebody changed something since. */
function retryIsDue(world: World): Step | undefined {
  const { status, metadata } = world.connector;
  const nextAttemptAt = Date.parse(status?.failures?.nextAttemptAt ?? '');
  const untouched = status?.observedGeneration === metadata.generation && !world.prompted;
  return untouched && nextAttemptAt > world.now
    ? finish({ kind: 'not-due', time: nextAttemptAt })
    : undefined;
}

function secretsAreThere(world: World): Step | undefined {
  return obtain(world, lastingUses(world), false);
}

function inventoryIsTaken(world: World): Step | undefined {
  return world.remote.searchedAt === undefined ? finish({ kind: 'uninformed' }) : undefined;
}
