/** All outcomes of a request to the consent pages, as labels of the metric. */
export const CONSENT_OUTCOMES = [
  /** A valid code was entered: the consent is pending. */
  'begun',
  /** The provider returned a code, and it is stored. */
  'granted',
  /** The user denied access at the provider. */
  'denied',
  /** The provider reported an error. */
  'failed',
  /** Not the code of a connector that waits for consent. */
  'wrong-code',
  /** A known page with another method. */
  'refused-method',
  /** A prefetch of a browser. */
  'refused-prefetch',
  /** Not a top-level navigation, or sent by another site. */
  'refused-embedded',
  /** Missing, repeated, oversized or contradictory parameters. */
  'refused-malformed',
  /** A form that was not issued to this browser. */
  'refused-form',
  /** No cookie of the browser that started the consent. */
  'refused-cookie',
  /** Not the state of this consent. */
  'refused-state',
  /** After the consent expired. */
  'refused-late',
  /** Already used by another request. */
  'refused-used',
  /** The resource was deleted, or replaced by one of the same name. */
  'refused-gone',
  /** The consent request of the resource changed. */
  'refused-changed',
  /** Too many requests; nothing was changed. */
  'busy',
  /** A failure of Kubernetes or Open Connectors, or a failed precondition. */
  'unavailable',
] as const;

export type ConsentOutcome = (typeof CONSENT_OUTCOMES)[number];

/** The outcomes of refused requests. */
export type RefusalKind = Extract<ConsentOutcome, `refused-${string}`>;
