/** How a request to the consent pages can end, for counters. There is no other. */
export const CONSENT_OUTCOMES = [
  /** A right code was entered: a consent has begun. */
  'begun',
  /** The provider sent a code back, and the operator has it. */
  'granted',
  /** The person said no at the provider. */
  'denied',
  /** The provider reported an error. */
  'failed',
  /** Not the code of a connector that waits for a consent. */
  'wrong-code',
  /** A known page with another method. */
  'refused-method',
  /** Loaded ahead by a browser, without a person having asked for it. */
  'refused-prefetch',
  /** Asked for by something else than a navigation of the whole window, or by another site. */
  'refused-embedded',
  /** Missing, repeated, oversized or contradictory parameters. */
  'refused-malformed',
  /** A form that this browser was not given. */
  'refused-form',
  /** Another browser, or none that has begun a consent. */
  'refused-cookie',
  /** A state that is not the one of this browser's consent. */
  'refused-state',
  /** After the end of the consent's time. */
  'refused-late',
  /** Another request was first. */
  'refused-used',
  /** The resource is gone, or is another one of the same name. */
  'refused-gone',
  /** What was consented to is not what the resource says now. */
  'refused-changed',
  /** Too many at once; nothing was used up. */
  'busy',
  /** Kubernetes, Open Connectors or a setting was in the way. */
  'unavailable',
] as const;

export type ConsentOutcome = (typeof CONSENT_OUTCOMES)[number];

/** A request that is not answered with what it asked for. */
export type RefusalKind = Extract<ConsentOutcome, `refused-${string}`>;
