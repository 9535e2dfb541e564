import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { timeLimit } from '../time-limit.ts';

/** Debian's Chromium, or the one that `CHROMIUM` names. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why the browser tests cannot run here; `undefined` if they can. */
export function browserIsMissing(): string | undefined {
  return existsSync(executablePath)
    ? undefined
    : `no browser at ${executablePath}: install Chromium (apt-get install chromium), or set CHROMIUM to one`;
}

/** A headless browser without background requests. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    timeout: timeLimit(30_000),
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
