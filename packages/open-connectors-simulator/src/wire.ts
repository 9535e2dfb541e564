import type { IncomingHttpHeaders } from 'node:http';

/** A complete request. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Aborts when the client disconnects before the response. */
  readonly gone?: AbortSignal;
}

/** A complete response. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the client receives: a response, half a response, a connection reset, or nothing. */
export type Reply =
  | ({ readonly kind: 'answer' } & Answer)
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | ({ readonly kind: 'half'; readonly end: 'reset' | 'hang' } & Answer);

/** A JSON response with the content type of the platform. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json;charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** 200 without a body: the platform's response to deletes and switches. */
export function empty(): Answer {
  return { status: 200, headers: {}, body: '' };
}

/** An HTML page with headers against caching, framing and scripts. */
export function html(status: number, title: string, content: string): Answer {
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    },
    body: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>\n<body><h1>${escapeHtml(title)}</h1>\n${content}\n</body></html>\n`,
  };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes text safe as element content and as a quoted attribute value. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
