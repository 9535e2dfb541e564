import type { Instance } from '../../openconnectors/port.ts';
import { isOperatorTag } from '../../ownership/owner-tags.ts';
import { ELEMENT_KEYS, type ElementKey, isElementKey, LEGACY_ELEMENT } from '../../provider/elements.ts';
import { PARAMETERS } from '../../provider/parameters.ts';
import { MASKED } from '../../secrets/mask.ts';

/** An instance that a connector can adopt. */
export type Importable = Instance & { readonly connector: ElementKey; readonly tags: readonly string[] };

/** What `import` can do with an instance. */
export type Candidate =
  | { readonly kind: 'importable'; readonly instance: Importable }
  | { readonly kind: 'skipped'; readonly instance: Instance; readonly because: string };

/** Sorts the instances of an account by whether a connector can adopt them, lowest id first. */
export function candidatesOf(instances: readonly Instance[]): readonly Candidate[] {
  return [...instances].sort((a, b) => a.id - b.id).map(candidateOf);
}

function candidateOf(instance: Instance): Candidate {
  const skipped = (because: string): Candidate => ({ kind: 'skipped', instance, because });
  if (!isImportable(instance)) {
    return skipped(
      instance.tags === undefined
        ? 'its tags are not shown'
        : `element "${instance.connector ?? 'unknown'}" is not one of ${ELEMENT_KEYS.join(', ')}`,
    );
  }
  if (instance.tags.some(isOperatorTag)) {
    return skipped('an operator manages it');
  }
  if (instance.connector === LEGACY_ELEMENT && serverOf(instance) === undefined) {
    return skipped('the configuration shows no infusionsoft.server, which infusionsoftcrm requires');
  }
  return { kind: 'importable', instance };
}

function isImportable(instance: Instance): instance is Importable {
  return instance.tags !== undefined && isElementKey(instance.connector);
}

/** A value of the configuration; `undefined` where it is absent or masked. A mask never becomes a value. */
export function shownValue({ configuration }: Instance, key: string): string | undefined {
  const value = configuration?.[key] ?? undefined;
  return value === '' || value === MASKED ? undefined : value;
}

/** Host name of the Infusionsoft account. */
export function serverOf(instance: Instance): string | undefined {
  return shownValue(instance, PARAMETERS.server);
}
