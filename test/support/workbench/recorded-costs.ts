/** The requests of one operator by kind; the verbs and resources are those of the API server. */
export type Calls = Readonly<Record<string, number>>;

/** What the operator calls in a situation: in all, and for each connector. */
export interface RecordedCost {
  readonly kubernetes: { readonly once: Calls; readonly each: Calls };
  readonly openConnectors: { readonly once: Calls; readonly each: Calls };
}

/**
 * The recorded cost of each situation, for a few connectors with Secrets of their own in one namespace. A change that
 * makes more calls fails `test/integration/recorded-costs.test.ts`; one that makes fewer changes the number here.
 */
export const RECORDED_COSTS = {
  creation: {
    kubernetes: {
      once: {},
      each: {
        'get secrets': 2,
        'patch infusionsoftconnectors': 1,
        'create secrets': 1,
        'patch infusionsoftconnectors/status': 1,
        'create events': 1,
      },
    },
    openConnectors: { once: {}, each: { createInstance: 1, ping: 1 } },
  },
  /**
   * With `reconcile-at` on each connector, which is read and reported for it. The Secrets are those of the operator and of
   * the account; the list fills the cache of metadata.
   */
  restart: {
    kubernetes: {
      once: { 'get secrets': 4, 'list secrets': 1 },
      each: { 'patch infusionsoftconnectors/status': 1 },
    },
    openConnectors: { once: { readOrganization: 1, listInstances: 1 }, each: { readInstance: 1 } },
  },
  unchangedInterval: {
    kubernetes: { once: {}, each: {} },
    openConnectors: { once: { listInstances: 1 }, each: {} },
  },
  deletion: {
    kubernetes: { once: {}, each: { 'patch infusionsoftconnectors': 1, 'create events': 1 } },
    openConnectors: { once: {}, each: { readInstance: 2, deleteInstance: 1 } },
  },
} as const satisfies Record<string, RecordedCost>;
