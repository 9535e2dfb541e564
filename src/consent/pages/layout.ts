import { PROVIDER } from '../../provider/names.ts';
import { Html, html } from '../http/html.ts';
import { STYLE } from './style.ts';

/** The parts of a page. */
export interface Layout {
  /** Title of the window. */
  readonly title: string;
  /** Host of the public URL, to be compared with the address bar. */
  readonly host: string;
  readonly content: Html;
}

/** A page without scripts and external content, for phones, dark mode and screen readers. */
export function layout({ title, host, content }: Layout): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><b>${PROVIDER.product} Connector Operator</b><span>${host}</span></header>
<main>
${content}
</main>
<footer>This page never asks for your ${PROVIDER.product} user name or password. Enter them only at ${PROVIDER.product}.</footer>
</body>
</html>
`;
}
