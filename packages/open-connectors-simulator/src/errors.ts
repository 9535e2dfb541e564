import { type Answer, json } from './wire.ts';

/** A refusal by the platform; becomes `{requestId, message[, providerMessage]}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The error text of the provider, if the provider caused the error. */
  readonly providerMessage: string | undefined;

  constructor(status: number, message: string, providerMessage?: string) {
    super(message);
    this.status = status;
    this.providerMessage = providerMessage;
  }
}

/** The platform's text for any wrong secret or token. */
export const unauthorizedText = 'Invalid Organization or User secret, or invalid Element token provided.';

export const unauthorized = (): ApiError => new ApiError(401, unauthorizedText);

/** 404 for an instance, worded like the documented "No account found with ID 123456". */
export const noInstance = (id: string | number): ApiError =>
  new ApiError(404, `No instance found with ID ${id}`);

/** The JSON body of an error. */
export function errorAnswer(error: ApiError, requestId: string): Answer {
  const { message, providerMessage } = error;
  return json(error.status, {
    requestId,
    message,
    ...(providerMessage === undefined ? {} : { providerMessage }),
  });
}
