/** What a Secret is known to hold. Values are base64, as the Kubernetes API has them, and live no longer than the pass. */
export type SecretFact =
  | {
      readonly state: 'absent';
      /** The API server was asked; otherwise it is only the cache that does not have it. */
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
      /** A Secret of the operator's making without a living owner: the label that names the connector it was made for. */
      readonly leftBy?: string | undefined;
      readonly data: Readonly<Record<string, string>>;
    };
