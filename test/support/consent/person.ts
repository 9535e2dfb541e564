import { expect } from 'vitest';
import type { Namespace } from '../workbench/cluster.ts';
import { connector, type Manifest } from '../workbench/manifests.ts';
import type { Workbench } from '../workbench/workbench.ts';
import { locationOf, type Reply, type Visitor } from './visitor.ts';

/** The kind of a connector. */
export const KIND = 'InfusionsoftConnector';
/** A connector with the consent page. */
export const byPage = (spec: Readonly<Record<string, unknown>> = {}): Manifest =>
  connector('crm', { oauth: { clientSecretRef: { name: 'crm-oauth' } }, ...spec });

/** Reads and enters the code, and allows or denies access at the provider. Returns the URL of the callback. */
export async function consentUpToCallback(
  bench: Workbench,
  namespace: Namespace,
  visitor: Visitor,
  approve = true,
): Promise<string> {
  const { status } = await namespace.connector('crm');
  const { startUrl = '', codeSecretName = '' } = status?.authorization ?? {};
  const code = (await namespace.secret(codeSecretName))?.values['code'] ?? '';
  const { provider } = await visitor.begin(startUrl, code);
  return bench.simulator.consent(provider, { approve });
}

/** Completes a consent; returns the result page. */
export async function consent(
  bench: Workbench,
  namespace: Namespace,
  visitor: Visitor,
  approve = true,
): Promise<Reply> {
  const back = await visitor.get(await consentUpToCallback(bench, namespace, visitor, approve));
  return visitor.get(locationOf(back));
}

/** Waits until a consent is requested with `reason`; returns the message. */
export const asked = (namespace: Namespace, reason = 'AuthorizationRequired'): Promise<string> =>
  namespace.waitFor(KIND, 'crm', 'Authorized', 'False', reason);
/** Waits until the connector is Ready. */
export const ready = (namespace: Namespace): Promise<string> =>
  namespace.waitFor(KIND, 'crm', 'Ready', 'True');

/** Asserts that the Secrets of the consent are deleted and the status is cleared. */
export async function expectNothingLeft(namespace: Namespace): Promise<void> {
  for (const name of ['crm-consent-code', 'crm-consent', 'crm-grant']) {
    await namespace.waitGone('Secret', name);
  }
  const { status } = await namespace.connector('crm');
  expect(Object.keys(status?.authorization ?? {})).toEqual(['authorizedAt', 'grant']);
}
