import type { RefusalKind } from '../outcomes.ts';

/** A request that cannot be what a person's browser sends. `kind` is for the journal alone. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind) {
    super(kind);
    this.kind = kind;
  }
}

/** The longest query and form body that a browser has a reason to send, in characters. */
export const LONGEST_INPUT = 6_144;

/** The longest single parameter. */
const LONGEST_PARAMETER = 2_048;

/**
 * Refuses what is no navigation of a whole window by a person: pages loaded ahead, frames, images, scripts. Browsers say
 * so in `Sec-Purpose` and Fetch Metadata (W3C); where a browser does not, cookies and tokens still protect.
 */
export function requireNavigation({ headers }: Request): void {
  const purposes = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map((name) => headers.get(name) ?? '');
  if (purposes.some((purpose) => /prefetch|prerender|preview/i.test(purpose))) {
    throw new RefusedError('refused-prefetch');
  }
  const destination = headers.get('sec-fetch-dest');
  if (destination !== null && destination !== 'document') {
    throw new RefusedError('refused-embedded');
  }
}

/** Refuses a form that another site sent. With `no-referrer` browsers send `Origin: null`; Fetch Metadata tells more. */
export function requireSameOrigin({ headers }: Request, origin: string): void {
  const site = headers.get('sec-fetch-site');
  const from = headers.get('origin');
  if ((site !== null && site !== 'same-origin') || (from !== null && from !== 'null' && from !== origin)) {
    throw new RefusedError('refused-embedded');
  }
}

/** The fields of a form. Refuses another content type, and a body that is too long. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const [type] = (request.headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new RefusedError('refused-malformed');
  }
  const text = await request.text();
  if (text.length > LONGEST_INPUT) {
    throw new RefusedError('refused-malformed');
  }
  return new URLSearchParams(text);
}

/** The query of a request. Refuses one that is too long. */
export function readQuery({ url }: Request): URLSearchParams {
  const { search, searchParams } = new URL(url);
  if (search.length > LONGEST_INPUT) {
    throw new RefusedError('refused-malformed');
  }
  return searchParams;
}

/** The one value of a parameter, or `undefined`. Refuses a repeated one, and one that is too long. */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  const [value] = values;
  if (values.length > 1 || (value?.length ?? 0) > LONGEST_PARAMETER) {
    throw new RefusedError('refused-malformed');
  }
  return value;
}
