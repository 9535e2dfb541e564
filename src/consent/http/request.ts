import type { RefusalKind } from '../outcomes.ts';

/** A request that is refused. `kind` is for the audit log only. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind) {
    super(kind);
    this.kind = kind;
  }
}

/** The longest query and form body, in characters. */
export const MAX_INPUT_LENGTH = 6_144;

/** The longest single parameter. */
const MAX_PARAMETER_LENGTH = 2_048;

/**
 * Refuses prefetches and everything but top-level navigations, from `Sec-Purpose` and Fetch Metadata (W3C). Browsers
 * without these headers are covered by cookies and tokens.
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

/** Refuses a form of another site. `Origin: null` is accepted, because browsers send it with `no-referrer`. */
export function requireSameOrigin({ headers }: Request, origin: string): void {
  const site = headers.get('sec-fetch-site');
  const from = headers.get('origin');
  if ((site !== null && site !== 'same-origin') || (from !== null && from !== 'null' && from !== origin)) {
    throw new RefusedError('refused-embedded');
  }
}

/** The fields of a form. Throws `RefusedError` for another content type and a long body. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const [type] = (request.headers.get('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new RefusedError('refused-malformed');
  }
  const text = await request.text();
  if (text.length > MAX_INPUT_LENGTH) {
    throw new RefusedError('refused-malformed');
  }
  return new URLSearchParams(text);
}

/** The query of a request. Throws `RefusedError` for a long one. */
export function readQuery({ url }: Request): URLSearchParams {
  const { search, searchParams } = new URL(url);
  if (search.length > MAX_INPUT_LENGTH) {
    throw new RefusedError('refused-malformed');
  }
  return searchParams;
}

/** The value of a parameter, or `undefined`. Throws `RefusedError` for a repeated and for a long one. */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  const [value] = values;
  if (values.length > 1 || (value?.length ?? 0) > MAX_PARAMETER_LENGTH) {
    throw new RefusedError('refused-malformed');
  }
  return value;
}
