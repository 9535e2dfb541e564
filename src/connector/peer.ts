import type { PingAnswer } from './action-log.ts';

/** Another connector of the same account and element, as evidence about the provider and the OAuth app. */
export interface Peer {
  readonly uid: string;
  /** The token of its instance, for a call; `undefined` while it is not known. */
  readonly token: string | undefined;
  /** Fingerprint of the client_id that its instance was authorized with. */
  readonly client: string | undefined;
  /** Open Connectors disabled its instance, so that no call can reach the provider. */
  readonly isDisabled: boolean;
  /** The latest call through its instance; wall clock. */
  readonly tested: { readonly at: number; readonly answer: PingAnswer } | undefined;
}
