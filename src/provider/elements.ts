/** `element.key` of each element of Open Connectors that an InfusionsoftConnector can use. */
export const ELEMENT_KEYS = ['infusionsoftcrm', 'infusionsoftrest'] as const;

export type ElementKey = (typeof ELEMENT_KEYS)[number];

/** The element that uses XML-RPC, `infusionsoft.server` and the Encrypted Key. */
export const LEGACY_ELEMENT = 'infusionsoftcrm' satisfies ElementKey;

/** Its successor, which uses REST and OAuth only. */
export const REST_ELEMENT = 'infusionsoftrest' satisfies ElementKey;

/** Whether Open Connectors reports an instance of one of our elements. */
export function isElementKey(key: string | undefined): key is ElementKey {
  return ELEMENT_KEYS.some((known) => known === key);
}
