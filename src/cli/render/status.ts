import type { InfusionsoftConnector } from '../../api/connector.ts';
import { accountNameOf, connectionSecretNameOf } from '../../api/defaults.ts';
import { authorizeCommandFor, conditionOf, isCurrent } from '../cluster/conditions.ts';
import { PROGRAM } from '../program.ts';
import { formatMoment, formatSpan } from './age.ts';
import { alignColumns } from './table.ts';

const NOTHING = '-';

/** One connector in full. `now`: wall clock, milliseconds. */
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
    ['Last change', changeSentence(connector, now)],
    ['Next try', retrySentence(connector, now)],
  ];
  return [
    `Connector ${name} in namespace ${namespace}`,
    ...alignColumns(rows).map((line) => `  ${line}`),
    ...(ready === undefined || ready.status === 'True'
      ? []
      : [
          '',
          `What to do: ${authorizeCommandFor(connector) ?? `${PROGRAM} explain ${name} -n ${namespace}`}`,
        ]),
  ];
}

/** Many connectors, a line each, in the order of their names. */
export function renderStatusTable(
  connectors: readonly InfusionsoftConnector[],
  now: number,
  withNamespace: boolean,
): string[] {
  const sorted = [...connectors].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const header = ['NAME', 'READY', 'REASON', 'INSTANCE', 'ACCOUNT', 'AUTHORIZED', 'CHANGED', 'NEXT TRY'];
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
      ready === undefined ? NOTHING : formatMoment(ready.lastTransitionTime, now),
      retrySentence(connector, now),
    ];
  });
  return alignColumns([[...(withNamespace ? ['NAMESPACE'] : []), ...header], ...rows]);
}

function placeOf({ metadata }: InfusionsoftConnector): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function readySentence(connector: InfusionsoftConnector, now: number): string {
  const ready = conditionOf(connector, 'Ready');
  if (ready === undefined) {
    return 'Unknown: the operator has not looked at it yet';
  }
  const since = formatSpan(now - Date.parse(ready.lastTransitionTime));
  const stalled = conditionOf(connector, 'Stalled') === undefined ? '' : ', stalled';
  const old = isCurrent(connector) ? '' : '; the latest change of the spec has not been looked at yet';
  return `${ready.status} (${ready.reason}${stalled}) for ${since}${old}`;
}

function instanceSentence({ status }: InfusionsoftConnector): string {
  const { instance, replacing } = status ?? {};
  if (instance === undefined) {
    return 'none yet';
  }
  const facts = [
    instance.connector,
    instance.enabled === false ? 'disabled' : undefined,
    replacing && `replaces ${replacing.id}`,
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
  const since = authorizedAt === undefined ? '' : `, access was allowed ${formatMoment(authorizedAt, now)}`;
  switch (condition?.status) {
    case 'True':
      return `works${since}`;
    case 'False':
      return `missing (${condition.reason})${startUrl === undefined ? since : `, to be given at ${startUrl}`}`;
    default:
      return `not known yet${since}`;
  }
}

function connectionSentence(connector: InfusionsoftConnector): string {
  const written = connector.status?.binding?.name;
  return written === undefined
    ? `Secret "${connectionSecretNameOf(connector)}", not written yet`
    : `Secret "${written}"`;
}

function changeSentence(connector: InfusionsoftConnector, now: number): string {
  const latest = (connector.status?.conditions ?? [])
    .toSorted((a, b) => Date.parse(b.lastTransitionTime) - Date.parse(a.lastTransitionTime))
    .at(0);
  return latest === undefined
    ? NOTHING
    : `${formatMoment(latest.lastTransitionTime, now)} (${latest.type} became ${latest.status})`;
}

function retrySentence({ status }: InfusionsoftConnector, now: number): string {
  const { failures } = status ?? {};
  if (failures?.nextAttemptAt === undefined) {
    return NOTHING;
  }
  const due = Date.parse(failures.nextAttemptAt) <= now ? 'now' : formatMoment(failures.nextAttemptAt, now);
  return `${due} (${failures.count} failed)`;
}
