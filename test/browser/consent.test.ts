import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { browserIsMissing, launchBrowser } from '../support/browser/chromium.ts';
import { faintTexts } from '../support/browser/contrast.ts';
import { createSite, type Site } from '../support/consent/site.ts';
import type { ControlPlane } from '../support/controlplane/control-plane.ts';
import { controlPlanes } from '../support/controlplane/sources.ts';
import { timeLimit } from '../support/time-limit.ts';
import type { Namespace } from '../support/workbench/cluster.ts';
import { connector } from '../support/workbench/manifests.ts';
import { createPrerequisites, startWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const missing = browserIsMissing();
if (missing !== undefined) {
  process.stdout.write(`browser tests are skipped: ${missing}\n`);
}

/** Folder for screenshots; none are taken where it is not set. */
const pictures = process.env['SCREENSHOTS'];

/** A connector that waits for consent. */
interface Asked {
  readonly namespace: Namespace;
  readonly startUrl: string;
  readonly code: string;
}

/** A browser window, with its errors and the hosts that it called. */
interface Watched {
  readonly page: Page;
  readonly problems: readonly string[];
  readonly hosts: ReadonlySet<string>;
}

describe.skipIf(missing !== undefined)('the consent pages in Chromium', () => {
  let plane: ControlPlane;
  let bench: Workbench;
  let site: Site;
  let browser: Browser;
  const contexts: BrowserContext[] = [];

  beforeAll(async () => {
    const [embedded] = controlPlanes();
    if (embedded === undefined) {
      throw new Error('there is always an embedded control plane');
    }
    plane = await embedded.start();
    bench = await startWorkbench(plane);
    // Not the site of the provider, which is localhost: the cookies must survive the cross-site redirects.
    site = await createSite({ host: 'connect.localhost' });
    await bench.startOperator({ env: site.env() });
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.stop();
    await site?.stop();
    await plane?.stop();
  });

  async function askForConsent(): Promise<Asked> {
    const namespace = await bench.namespace('browser');
    await createPrerequisites(bench, namespace, { code: false });
    await namespace.create(connector('crm', { oauth: { clientSecretRef: { name: 'crm-oauth' } } }));
    await namespace.waitFor('InfusionsoftConnector', 'crm', 'Authorized', 'False', 'AuthorizationRequired');
    const { status } = await namespace.connector('crm');
    const code = (await namespace.secret('crm-consent-code'))?.values['code'] ?? '';
    return { namespace, startUrl: status?.authorization?.startUrl ?? '', code };
  }

  async function openWindow(options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
    contexts.push(context);
    context.setDefaultTimeout(timeLimit(30_000));
    const page = await context.newPage();
    const problems: string[] = [];
    const hosts = new Set<string>();
    page.on('console', (message) => {
      if (message.type() === 'error') {
        problems.push(message.text());
      }
    });
    page.on('pageerror', (error) => void problems.push(error.message));
    page.on('request', (request) => void hosts.add(new URL(request.url()).host));
    return { page, problems, hosts };
  }

  const picture = async (page: Page, name: string): Promise<void> => {
    if (pictures !== undefined) {
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    }
  };
  const enter = async (page: Page, { startUrl, code }: Asked): Promise<void> => {
    await page.goto(startUrl);
    await page.getByLabel('One-time code').fill(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${startUrl}/review`);
  };
  const goToProvider = async (page: Page): Promise<void> => {
    await page.getByRole('link', { name: /^Continue to / }).click();
    await page.waitForURL(/\/provider\//);
  };
  const answer = async (page: Page, button: 'Allow' | 'Deny'): Promise<void> => {
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL(`${site.externalUrl}/oauth/done`);
  };
  const ready = (namespace: Namespace): Promise<string> =>
    namespace.waitFor('InfusionsoftConnector', 'crm', 'Ready', 'True');
  const heading = (page: Page): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

  test('lead from the code through the provider to a Ready connector', async () => {
    const asked = await askForConsent();
    const { page, problems, hosts } = await openWindow();
    await page.goto(asked.startUrl);
    await picture(page, '1-start');
    await enter(page, asked);
    await picture(page, '2-review');
    const text = await page.getByRole('main').innerText();
    for (const said of [
      'dt123.infusionsoft.com',
      'SAP Open Connectors',
      'crm-connection',
      asked.namespace.name,
    ]) {
      expect(text).toContain(said);
    }
    await goToProvider(page);
    await answer(page, 'Allow');
    await picture(page, '3-granted');
    expect(await heading(page)).toBe('Access granted');
    await ready(asked.namespace);

    await page.reload();
    expect(await heading(page)).toBe('Access granted');
    expect(problems).toEqual([]);
    expect([...hosts].sort()).toEqual(
      [new URL(site.externalUrl).host, `localhost:${bench.simulator.port}`].sort(),
    );
  });

  test('work without scripts', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow({ javaScriptEnabled: false });
    await enter(page, asked);
    await goToProvider(page);
    await answer(page, 'Allow');
    await ready(asked.namespace);
  });

  test('show a denial, and allow another try', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await enter(page, asked);
    await goToProvider(page);
    await answer(page, 'Deny');
    await picture(page, '4-denied');
    expect(await heading(page)).toBe('Access denied');
    await asked.namespace.waitFor(
      'InfusionsoftConnector',
      'crm',
      'Authorized',
      'False',
      'AuthorizationDenied',
    );

    await page.getByRole('link', { name: 'the start page' }).click();
    await page.getByLabel('One-time code').fill(asked.code);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${asked.startUrl}/review`);
    await goToProvider(page);
    await answer(page, 'Allow');
    await ready(asked.namespace);
  });

  test('explain a wrong code, also to screen readers, and accept the valid one', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await page.goto(asked.startUrl);
    await page.getByLabel('One-time code').fill('WRONG-WRONG');
    await page.getByRole('button', { name: 'Continue' }).click();
    await picture(page, '5-wrong-code');
    expect(await page.getByRole('alert').innerText()).toContain('This code was not accepted');
    const input = page.getByLabel('One-time code');
    expect(await input.getAttribute('aria-invalid')).toBe('true');
    expect(await input.getAttribute('aria-describedby')).toBe('problem where');
    expect(await page.title()).toMatch(/^Not accepted: /);
    await input.fill(asked.code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${asked.startUrl}/review`);
  });

  test('accept a response once: the Back button and a second "Allow" change nothing', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await enter(page, asked);
    await goToProvider(page);
    const provider = page.url();
    await answer(page, 'Allow');
    await ready(asked.namespace);
    const { status: before } = await asked.namespace.connector('crm');

    await page.goBack();
    await page.goto(provider);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(/\/oauth\/callback/);
    await picture(page, '6-refused');
    expect(await heading(page)).toBe('This step is not possible now');
    await page.goto(`${asked.startUrl}/review`);
    expect(await heading(page)).toBe('This step is not possible now');
    expect(await asked.namespace.exists('Secret', 'crm-grant')).toBe(false);
    expect((await asked.namespace.connector('crm')).status).toEqual(before);
  });

  test('reject a user who received the link to the provider', async () => {
    const asked = await askForConsent();
    const attacker = await openWindow();
    await enter(attacker.page, asked);
    await goToProvider(attacker.page);

    const victim = await openWindow();
    await victim.page.goto(attacker.page.url());
    await victim.page.getByRole('button', { name: 'Allow' }).click();
    await victim.page.waitForURL(/\/oauth\/callback/);
    expect(await heading(victim.page)).toBe('This step is not possible now');
    expect(await asked.namespace.exists('Secret', 'crm-grant')).toBe(false);
  });

  test('reject a form that another site sends', async () => {
    const asked = await askForConsent();
    const attacker = await openWindow();
    await attacker.page.goto(asked.startUrl);
    const proof = await attacker.page.locator('input[name=form]').getAttribute('value');

    const victim = await openWindow();
    await victim.page.goto(asked.startUrl);
    await victim.page.route('https://evil.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${asked.startUrl}"><input name="form" value="${proof}"><input name="code" value="${asked.code}"><button>Win</button></form>`,
      }),
    );
    await victim.page.goto('https://evil.example/');
    await victim.page.getByRole('button', { name: 'Win' }).click();
    await victim.page.waitForURL(asked.startUrl);
    expect(await heading(victim.page)).toBe('This step is not possible now');
    expect(await asked.namespace.exists('Secret', 'crm-consent')).toBe(false);
  });

  test('are not shown in a frame', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await page.route('https://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${asked.startUrl}"></iframe>` }),
    );
    await page.goto('https://evil.example/');
    const frames = page.frames().filter((frame) => frame !== page.mainFrame());
    expect(frames).toHaveLength(1);
    const shown = await Promise.all(frames.map((frame) => frame.locator('input[name=code]').count()));
    expect(shown).toEqual([0]);
  });

  test('set cookies that are hidden from scripts, other hosts and plain connections', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await enter(page, asked);
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-connect-consent', '__Host-connect-form']);
    for (const cookie of cookies) {
      expect(cookie).toMatchObject({
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        path: '/',
        domain: 'connect.localhost',
      });
    }
  });

  test('work with the keyboard alone', async () => {
    const asked = await askForConsent();
    const { page } = await openWindow();
    await page.goto(asked.startUrl);
    // The input gets the focus when the page is shown, which a busy browser does after the load event.
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('INPUT');
    await page.keyboard.type(asked.code.toLowerCase());
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Continue');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${asked.startUrl}/review`);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toMatch(/^Continue to /);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/provider\//);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${site.externalUrl}/oauth/done`);
    await ready(asked.namespace);
  });

  const phone = {
    viewport: { width: 360, height: 740 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
  };
  const looks: readonly (readonly [string, BrowserContextOptions])[] = [
    ['phone', phone],
    ['phone-dark', { ...phone, colorScheme: 'dark' }],
    ['desktop', { viewport: { width: 1280, height: 800 } }],
    ['desktop-dark', { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }],
  ];

  test.each(looks)('are readable and touchable: %s', async (look, options) => {
    const asked = await askForConsent();
    const { page } = await openWindow(options);
    const check = async (name: string): Promise<void> => {
      await picture(page, `${look}-${name}`);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await faintTexts(page)).toEqual([]);
      const heights = await page.evaluate(
        `[...document.querySelectorAll('main :is(button, .button, input:not([type=hidden]))')]
          .map((one) => one.getBoundingClientRect().height)`,
      );
      expect((heights as number[]).filter((height) => height < 44)).toEqual([]);
      expect(await page.getByRole('main').count()).toBe(1);
    };
    await page.goto(asked.startUrl);
    await check('start');
    const dark = options.colorScheme === 'dark';
    const ground = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    expect(Number(/\d+/.exec(String(ground))?.[0]) < 60).toBe(dark);
    await page.getByLabel('One-time code').fill('WRONG');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await check('wrong');
    await enter(page, asked);
    await check('review');
    await goToProvider(page);
    await answer(page, 'Allow');
    await check('granted');
    await page.goto(`${asked.startUrl}/review`);
    await check('refused');
  });
});
