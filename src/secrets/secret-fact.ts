import type { TextMetadata } from './managed-metadata.ts';

/** The state of a Secret. Values are base64, as in the Kubernetes API, and are dropped after the reconcile. */
export type SecretFact =
  | {
      readonly state: 'absent';
      /** The API server confirmed it; otherwise the Secret is only missing in the cache. */
      readonly confirmed?: boolean | undefined;
    }
  | {
      readonly state: 'unread';
      readonly resourceVersion: string;
      readonly owners: readonly string[];
      readonly leftBy?: string | undefined;
    }
  | {
      readonly state: 'read';
      readonly resourceVersion: string;
      /** uids of the owner references. */
      readonly owners: readonly string[];
      /**
       * For a Secret that the operator created and whose owner was deleted: the label with the name of that connector.
       */
      readonly leftBy?: string | undefined;
      readonly metadata: TextMetadata;
      readonly data: Readonly<Record<string, string>>;
    };
