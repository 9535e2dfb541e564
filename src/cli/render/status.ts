import { conditionOf } from '../../api/condition.ts';
import type { InfusionsoftConnector } from '../../api/connector.ts';
import { accountNameOf, connectionSecretNameOf } from '../../api/defaults.ts';
import { authorizeCommandFor, isCurrent } from '../cluster/conditions.ts';
import { PROGRAM } from '../command.ts';
import { formatRelativeTime, formatSpan } from './age.ts';
import { alignColumns, alignIndented } from './table.ts';
import { compareTitles } from './title.ts';

const NOTHING = '-';

/** All details of a connector. `now`: wall clock, milliseconds. */
export function renderStatus(connector: InfusionsoftConnector, now: number): string[] {
  const { name, namespace } = connector.metadata;
  const ready = conditionOf(connector, 'Ready');
  const rows: [string, string][] = [
    ['Ready', readySentence(connector, now)],
    ...(ready === undefined ? [] : [['Message', ready.message] satisfies [string, string]]),
    ['Instance', instanceSentence(connector)],
    ['Account', accountSentence(connector)],
    ['Authorization', authorizationSentence(connector, now)],
    ['Connection', connectionSentence(connector)],
    ['Last transition', transitionSentence(connector, now)],
    ['Next retry', retrySentence(connector, now)],
  ];
  return [`Connector ${name} in namespace ${namespace}`, ...alignIndented(rows), ...nextStep(connector)];
}

function nextStep(connector: InfusionsoftConnector): string[] {
  const { name, namespace } = connector.metadata;
  const ready = conditionOf(connector, 'Ready');
  const isSettled = ready?.status === 'True' && conditionOf(connector, 'AuthorizationPending') === undefined;
  return ready === undefined || isSettled
    ? []
    : ['', `Next step: ${authorizeCommandFor(connector) ?? `${PROGRAM} explain ${name} -n ${namespace}`}`];
}

/** A table of connectors, sorted by name. */
export function renderStatusTable(
  connectors: readonly InfusionsoftConnector[],
  now: number,
  withNamespace: boolean,
): string[] {
  const sorted = connectors.toSorted(compareTitles);
  const header = ['NAME', 'READY', 'REASON', 'INSTANCE', 'ACCOUNT', 'AUTHORIZED', 'CHANGED', 'NEXT RETRY'];
  const rows = sorted.map((connector) => {
    const { metadata, status, spec } = connector;
    const ready = conditionOf(connector, 'Ready');
    return [
      ...(withNamespace ? [metadata.namespace] : []),
      metadata.name,
      ready?.status ?? 'Unknown',
      ready?.reason ?? NOTHING,
      status?.instance === undefined ? NOTHING : String(status.instance.id),
      accountNameOf(spec) ?? '(default)',
      conditionOf(connector, 'Authorized')?.status ?? 'Unknown',
      ready === undefined ? NOTHING : formatRelativeTime(ready.lastTransitionTime, now),
      retrySentence(connector, now),
    ];
  });
  return alignColumns([[...(withNamespace ? ['NAMESPACE'] : []), ...header], ...rows]);
}

function readySentence(connector: InfusionsoftConnector, now: number): string {
  const ready = conditionOf(connector, 'Ready');
  if (ready === undefined) {
    return 'Unknown (not reconciled yet)';
  }
  const since = formatSpan(now - Date.parse(ready.lastTransitionTime));
  const stalled = conditionOf(connector, 'Stalled') === undefined ? '' : ', stalled';
  const outdated = isCurrent(connector) ? '' : '; latest spec change not reconciled yet';
  return `${ready.status} (${ready.reason}${stalled}) for ${since}${outdated}`;
}

function instanceSentence({ status }: InfusionsoftConnector): string {
  const { instance, next, replacing } = status ?? {};
  if (instance === undefined) {
    return 'none';
  }
  const facts = [
    instance.connector,
    instance.enabled === false ? 'disabled' : undefined,
    replacing && `replaces ${replacing.id}`,
    next && `before the switch to ${next.id}`,
  ].filter((fact) => fact !== undefined);
  const name = instance.name === undefined ? '' : ` "${instance.name}"`;
  return `${instance.id}${name}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`;
}

function accountSentence({ spec, status }: InfusionsoftConnector): string {
  const account = status?.instance?.account;
  const name = accountNameOf(spec) ?? "the operator's default account";
  return account === undefined
    ? name
    : `${name} (organization ${account.organizationId} at ${hostOf(account.baseUrl)})`;
}

function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

function authorizationSentence(connector: InfusionsoftConnector, now: number): string {
  const { authorizedAt, startUrl } = connector.status?.authorization ?? {};
  const condition = conditionOf(connector, 'Authorized');
  const when = authorizedAt === undefined ? undefined : formatRelativeTime(authorizedAt, now);
  const last = when === undefined ? '' : `, last authorized ${when}`;
  switch (condition?.status) {
    case 'True':
      return `authorized${when === undefined ? '' : ` ${when}`}${pendingClause(connector)}`;
    case 'False':
      return `not authorized (${condition.reason})${startUrl === undefined ? last : `, start page ${startUrl}`}`;
    default:
      return `unknown${last}`;
  }
}

function pendingClause(connector: InfusionsoftConnector): string {
  const pending = conditionOf(connector, 'AuthorizationPending');
  const { startUrl } = connector.status?.authorization ?? {};
  return pending === undefined
    ? ''
    : `, reauthorization pending (${pending.reason})${startUrl === undefined ? '' : `, start page ${startUrl}`}`;
}

function connectionSentence(connector: InfusionsoftConnector): string {
  const name = connector.status?.binding?.name;
  return name === undefined
    ? `Secret "${connectionSecretNameOf(connector)}" (not created yet)`
    : `Secret "${name}"`;
}

function transitionSentence(connector: InfusionsoftConnector, now: number): string {
  const latest = (connector.status?.conditions ?? [])
    .toSorted((a, b) => Date.parse(b.lastTransitionTime) - Date.parse(a.lastTransitionTime))
    .at(0);
  return latest === undefined
    ? NOTHING
    : `${formatRelativeTime(latest.lastTransitionTime, now)} (${latest.type}=${latest.status})`;
}

function retrySentence({ status }: InfusionsoftConnector, now: number): string {
  const { failures } = status ?? {};
  if (failures?.nextAttemptAt === undefined) {
    return NOTHING;
  }
  const due =
    Date.parse(failures.nextAttemptAt) <= now ? 'now' : formatRelativeTime(failures.nextAttemptAt, now);
  return `${due} (${failures.count} ${failures.count === 1 ? 'failure' : 'failures'})`;
}
