import type { TransportRequest, TransportResponse } from '../../http/client/request.ts';

/** HTTP to one origin. Never retries, follows no redirect, decodes nothing. */
export interface Transport {
  /** Rejects with `TransportError`, or with the error of `beforeSend`. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Waits for calls in flight, then closes the connections. Later calls reject with nothing sent. */
  close(): Promise<void>;
}
