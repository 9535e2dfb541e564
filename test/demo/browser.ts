import type { Simulator } from 'open-connectors-simulator/simulator.ts';
import { linkOf, locationOf, type Reply, textOf, type Visitor } from '../support/consent/visitor.ts';
import { DemoFailure } from './failure.ts';
import type { Screen } from './screen.ts';
import { shortened } from './shortened.ts';

/** The expected content of the operator's consent page. */
export interface Way {
  readonly from: string;
  /** Host of Open Connectors. */
  readonly apiHost: string;
  /** The connection Secret. */
  readonly secret: string;
}

/** Goes through the consent pages of a connector as a user does, and shows them. */
export async function consentInBrowser(
  browser: Visitor,
  simulator: Simulator,
  screen: Screen,
  { startUrl, code, way }: { readonly startUrl: string; readonly code: string; readonly way: Way },
): Promise<void> {
  screen.note('In the browser', startUrl);
  const begun = await browser.enter(startUrl, code);
  screen.note('Enter the code', `${shortened(code)}, "Continue"`);

  const review = await browser.get(locationOf(begun));
  requireWords(review, [way.from, 'SAP Open Connectors', way.apiHost, way.secret]);
  screen.note('The next page', `"${titleOf(review)}" From ${way.from} to`);
  screen.note('', `SAP Open Connectors at ${way.apiHost}, and to who may read Secret ${way.secret}`);

  const provider = locationOf(await browser.get(linkOf(review.body)));
  const { origin, pathname } = new URL(provider);
  screen.note('At Infusionsoft', `${origin}${pathname}: sign in, "Allow"`);

  const callback = new URL(await simulator.consent(provider, { approve: true }));
  const granted = shortened(callback.searchParams.get('code') ?? '');
  screen.note('And back', `${callback.origin}${callback.pathname}?code=${granted}`);

  const last = await browser.get(locationOf(await browser.get(callback.href)));
  requireWords(last, ['Access granted']);
  screen.note('The last page', `"${titleOf(last)}"`);
}

function requireWords({ status, body }: Reply, words: readonly string[]): void {
  const text = textOf(body);
  const missing = words.find((word) => !text.includes(word));
  if (status !== 200 || missing !== undefined) {
    throw new DemoFailure(`A page of the operator (${status}) does not say "${missing ?? ''}": ${text}`);
  }
}

function titleOf({ body }: Reply): string {
  return textOf(/<h1>.*?<\/h1>/s.exec(body)?.[0] ?? '');
}
