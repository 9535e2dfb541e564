import { Html, html } from '../http/html.ts';
import { STYLE } from './style.ts';

/** What every page is made of. */
export interface Layout {
  /** Of the window; what the page is about comes first. */
  readonly title: string;
  /** Host of the public address, so that a person can compare it with the address bar. */
  readonly host: string;
  readonly content: Html;
}

/** A whole page: no script, nothing from elsewhere, readable on a phone, in the dark and by a screen reader. */
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
<header><b>Infusionsoft Connector Operator</b><span>${host}</span></header>
<main>
${content}
</main>
<footer>This page never asks for an Infusionsoft user name or password. You enter those at Infusionsoft alone.</footer>
</body>
</html>
`;
}
