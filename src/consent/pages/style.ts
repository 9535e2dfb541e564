import { createHash } from 'node:crypto';

/** The style sheet of all pages, without external files, fonts and images. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f2f4f7;--card:#fff;--ink:#16202e;--soft:#4a5666;--line:#d5dbe3;--accent:#0a58ca;--accent-ink:#fff;--warn:#fff6e0;--warn-line:#c98a00;--bad:#b3261e;--bad-ground:#fdecea;--good:#17663a;--code:#eef1f5}
@media (prefers-color-scheme:dark){:root{--ground:#10151c;--card:#1a212b;--ink:#e8edf4;--soft:#a9b5c4;--line:#364252;--accent:#8ab8ff;--accent-ink:#0b1a30;--warn:#2d2510;--warn-line:#d9a441;--bad:#ff9b94;--bad-ground:#3a1c1a;--good:#7fd8a4;--code:#10161e}}
*{box-sizing:border-box}
html{font:17px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0;padding:1.5rem 1rem 3rem}
header,main,footer{max-width:38rem;margin:0 auto}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;font-size:.85rem;color:var(--soft);padding:0 .25rem .75rem}
header b{color:var(--ink);font-weight:600}
main{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem}
footer{font-size:.85rem;color:var(--soft);padding:1rem .25rem 0}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem}
h2{font-size:1.05rem;margin:1.75rem 0 .5rem}
p,ol,ul{margin:.75rem 0}
ol,ul{padding-left:1.3rem}
li+li{margin-top:.35rem}
a{color:var(--accent)}
strong{font-weight:600;overflow-wrap:anywhere}
label{display:block;font-weight:600;margin:1.25rem 0 .35rem}
input{width:100%;font:1.1rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;padding:.7rem .8rem;color:inherit;background:var(--ground);border:2px solid var(--soft);border-radius:.5rem}
input[aria-invalid=true]{border-color:var(--bad)}
button,.button{display:block;width:100%;margin:1.25rem 0 0;padding:.85rem 1rem;font:inherit;font-weight:600;font-size:1.05rem;line-height:1.3;text-align:center;text-decoration:none;color:var(--accent-ink);background:var(--accent);border:2px solid var(--accent);border-radius:.5rem;cursor:pointer;overflow-wrap:anywhere}
button:hover,.button:hover{filter:brightness(1.08)}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:.5rem 0;padding:.75rem .85rem;background:var(--code);border:1px solid var(--line);border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
dl{margin:.75rem 0;border-top:1px solid var(--line)}
dl>div{display:grid;grid-template-columns:9.5rem 1fr;gap:.1rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.way{margin:1rem 0;border:2px solid var(--line);border-radius:.6rem;overflow:hidden}
.way section{padding:.85rem 1rem}
.way section+section{border-top:2px dashed var(--line)}
.way h2{margin:0;font-size:.8rem;letter-spacing:.04em;text-transform:uppercase;color:var(--soft);font-weight:600}
.way p{margin:.2rem 0 0}
.big{font-size:1.15rem;font-weight:600;overflow-wrap:anywhere}
.note{margin:1.25rem 0 0;padding:.8rem 1rem;border-left:4px solid var(--warn-line);background:var(--warn);border-radius:.25rem}
.note p{margin:.35rem 0 0}
.note p:first-child{margin-top:0}
.error{margin:0 0 1rem;padding:.8rem 1rem;border-left:4px solid var(--bad);background:var(--bad-ground);border-radius:.25rem}
.error p{margin:.35rem 0 0}
.error p:first-child{margin-top:0}
.mark{display:block;width:3rem;height:3rem;margin:0 0 .75rem}
.good{color:var(--good)}
.bad{color:var(--bad)}
.hint{font-size:.92rem;color:var(--soft)}
.hint code{color:var(--ink)}
@media (max-width:34rem){body{padding:.75rem .6rem 2rem}main{padding:1.25rem 1.05rem}dl>div{grid-template-columns:1fr}}
@media (forced-colors:active){button,.button{border:2px solid ButtonText}}
`;

/** What the Content-Security-Policy lets through: this style sheet, by its hash (CSP Level 3, 2.3.1). */
export const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;
