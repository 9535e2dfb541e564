import type { ConnectorSpec } from '../../../api/connector.ts';
import { validateConnector } from '../../../api/validation/validate.ts';
import type { ElementKey } from '../../../provider/elements.ts';

/**
 * Why a spec would be invalid after the change to `element` without the fields `removed`; `undefined` where it is valid.
 * Configuration keys that only the operator permits are left to it.
 */
export function invalidSpec(
  spec: ConnectorSpec,
  element: ElementKey,
  removed: readonly (keyof ConnectorSpec)[] = [],
): string | undefined {
  const changed: Partial<Record<keyof ConnectorSpec, unknown>> = { ...spec, connector: element };
  for (const name of removed) {
    delete changed[name];
  }
  const extraConfigurationKeys = Object.keys(spec.instance?.configuration ?? {});
  const [violation] = validateConnector({ spec: changed }, { extraConfigurationKeys });
  return violation && `has an invalid spec for ${element}: ${violation.path} ${violation.message}.`;
}
