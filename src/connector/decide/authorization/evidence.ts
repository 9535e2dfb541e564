import { conditionOf } from '../../../api/condition.ts';
import { sameKey } from '../../../secrets/fingerprint.ts';
import { isPeerPinged } from '../../action-log.ts';
import type { ConnectorInput } from '../../input.ts';
import { recordedClientOf } from '../../observe/peers.ts';
import type { Peer } from '../../peer.ts';

/** How the connector itself fails; see `PingAnswer`. `disabled`: Open Connectors disabled the instance. */
export type Failure = 'refused' | 'client-refused' | 'unexplained' | 'outage' | 'disabled';

/** What causes a failure: the provider, one OAuth client, or one grant. */
export type Cause = 'provider' | 'client' | 'grant';

/** How many other instances are called about one failure. */
const SAMPLE_SIZE = 5;
/** So many other failures, and nothing that works, are more than revoked grants. */
const MANY_FAILURES = 2;
/** A call that worked says nothing about a failure that began later; this much of the recheck time is at the same time. */
const WORKING_SHARE = 1 / 5;

type State = 'works' | 'fails' | 'unknown';

/** What is known of one other connector at this moment. */
function stateOf({ now, settings }: ConnectorInput, { isDisabled, tested }: Peer): State {
  if (isDisabled) {
    return 'fails';
  }
  if (tested === undefined || tested.at > now) {
    return 'unknown';
  }
  const ageMs = now - tested.at;
  const { authorizationRecheckMs } = settings;
  switch (tested.answer) {
    case 'answered':
    case 'unsupported':
      return ageMs <= authorizationRecheckMs * WORKING_SHARE ? 'works' : 'unknown';
    case 'forbidden':
      return 'unknown';
    default:
      return ageMs <= 2 * authorizationRecheckMs ? 'fails' : 'unknown';
  }
}

/** Whether two fingerprints are those of different client_ids. */
function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b && sameKey(a, b);
}

function isOther(input: ConnectorInput, { client }: Peer): boolean {
  return differ(client, recordedClientOf(input.connector));
}

/** The next instance to call before the failure is judged; `undefined`: enough is known. */
export function nextPeerToPing(input: ConnectorInput): (Peer & { readonly token: string }) | undefined {
  const known = input.peers.filter((peer) => stateOf(input, peer) !== 'unknown');
  const isWide =
    known.some((peer) => isOther(input, peer)) || !input.peers.some((peer) => isOther(input, peer));
  if (known.length >= SAMPLE_SIZE && isWide) {
    return undefined;
  }
  return sample(input).find(
    (peer): peer is Peer & { readonly token: string } =>
      peer.token !== undefined && !isPeerPinged(input.log, peer.uid) && stateOf(input, peer) === 'unknown',
  );
}

/** One of each other client_id first, then two of the same, then the rest. Disabled instances cannot be called. */
function sample(input: ConnectorInput): readonly Peer[] {
  const callable = input.peers.filter(({ isDisabled, token }) => !isDisabled && token !== undefined);
  const others = callable.filter((peer) => isOther(input, peer));
  const firsts = others.filter((peer, at) => others.findIndex(({ client }) => client === peer.client) === at);
  const same = callable.filter((peer) => !isOther(input, peer));
  const first = [...firsts.slice(0, SAMPLE_SIZE - 2), ...same.slice(0, 2)];
  const rest = [...others, ...same].filter((peer) => !first.includes(peer));
  return [...first, ...rest].slice(0, SAMPLE_SIZE);
}

/** Whether a call through another instance of the element works now. */
export function isAnyWorking(input: ConnectorInput): boolean {
  return input.peers.some((peer) => stateOf(input, peer) === 'works');
}

/** Whether a call through another instance worked after the latest call through the connector's own. */
export function hasWorkedSince(input: ConnectorInput): boolean {
  const { tested } = input.memory;
  return (
    tested !== undefined &&
    input.peers.some((peer) => stateOf(input, peer) === 'works' && (peer.tested?.at ?? 0) > tested.at)
  );
}

/** What causes the failure, by what the other connectors show. */
export function causeOf(input: ConnectorInput, failure: Failure): Cause {
  const of = (state: State): readonly Peer[] => input.peers.filter((peer) => stateOf(input, peer) === state);
  const [working, failing] = [of('works'), of('fails')];
  const isClientFailing = failure === 'client-refused' || failing.some((peer) => !isOther(input, peer));
  if (failure === 'outage') {
    return working.length === 0 && failing.some((peer) => isOther(input, peer))
      ? 'provider'
      : withinLimit(input);
  }
  if (working.length > 0) {
    return isClientFailing && working.every((peer) => isOther(input, peer)) ? 'client' : 'grant';
  }
  if (failing.some((peer) => isOther(input, peer))) {
    return 'provider';
  }
  if (failure === 'client-refused') {
    return 'client';
  }
  const many = failure === 'disabled' ? 1 : MANY_FAILURES;
  return failure === 'unexplained' || failing.length >= many ? withinLimit(input) : 'grant';
}

/** An outage that nothing but the own client_id shows counts for a limited time. */
function withinLimit({ connector, now, settings }: ConnectorInput): Cause {
  const authorized = conditionOf(connector, 'Authorized');
  const isOverdue =
    authorized?.reason === 'ProviderUnavailable' &&
    now >= Date.parse(authorized.lastTransitionTime) + settings.providerOutageLimitMs;
  return isOverdue ? 'grant' : 'provider';
}
