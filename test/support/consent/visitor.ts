/** A response. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends one request; redirects are not followed. */
export type Ask = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
) => Promise<Reply>;

/** A minimal browser: keeps cookies, submits forms, follows links. */
export class Visitor {
  readonly jar: Map<string, string>;
  readonly #ask: Ask;

  /** `jar`: the cookies of an earlier visit, by name. */
  constructor(ask: Ask, jar = new Map<string, string>()) {
    this.#ask = ask;
    this.jar = jar;
  }

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('GET', url, headers, undefined);
  }

  post(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...headers };
    return this.send('POST', url, form, new URLSearchParams(fields).toString());
  }

  async send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<Reply> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const all = { ...(cookie !== '' && { cookie }), ...headers };
    const reply = await this.#ask(method, url, all, body);
    for (const line of reply.headers.getSetCookie()) {
      this.#keep(line);
    }
    return reply;
  }

  /** Opens the start page and submits its form. */
  async enter(startUrl: string, code: string): Promise<Reply> {
    const page = await this.get(startUrl);
    return this.post(startUrl, { form: hiddenField(page.body), code });
  }

  /** Goes from the start page to the URL of the provider. */
  async begin(
    startUrl: string,
    code: string,
  ): Promise<{ readonly review: Reply; readonly provider: string }> {
    const begun = await this.enter(startUrl, code);
    const review = await this.get(locationOf(begun));
    const out = await this.get(linkOf(review.body));
    return { review, provider: locationOf(out) };
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (attributes.includes('Max-Age=0')) {
      this.jar.delete(name);
    } else {
      this.jar.set(name, pair.slice(at + 1));
    }
  }
}

/** The target of a redirect; throws for other responses. */
export function locationOf({ status, headers, body }: Reply): string {
  const location = headers.get('location');
  if (status !== 303 || location === null) {
    throw new Error(`expected a redirect, got ${status}: ${textOf(body)}`);
  }
  return location;
}

/** The URL of the button of a page. */
export function linkOf(body: string): string {
  const [, link] = /<a class="button" href="([^"]+)"/.exec(body) ?? [];
  if (link === undefined) {
    throw new Error(`no button in: ${textOf(body)}`);
  }
  return link.replaceAll('&amp;', '&');
}

/** The hidden field of the start page's form. */
export function hiddenField(body: string): string {
  const [, value] = /name="form" value="([^"]+)"/.exec(body) ?? [];
  if (value === undefined) {
    throw new Error(`no form in: ${textOf(body)}`);
  }
  return value;
}

/** The text of a page. */
export function textOf(body: string): string {
  return body
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
}
