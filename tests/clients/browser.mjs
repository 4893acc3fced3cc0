// Headless Chromium, and what a person does on our pages.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TARGET = process.env.CHANCERY_TEST_TARGET ?? new URL('../../target', import.meta.url).pathname;
const SCREENSHOTS = join(TARGET, 'screenshots');

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const SCHEMES = ['light', 'dark'];

/** Starts Chromium; Playwright gives it a new empty profile. */
export async function startBrowser() {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
}

function findChromium() {
  const found = spawnSync('sh', ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'], { encoding: 'utf8' });
  const path = found.stdout.trim();
  if (!path) throw new Error('no Chromium on PATH: run these tests through script/test');
  return path;
}

/**
 * A page in a browser profile of its own, as for a new person.
 * What goes wrong on it unseen (a script error, something that CSP refused) fails the test at `close`.
 */
export async function newPerson(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(10_000);
  const complaints = [];
  context.on('weberror', (error) => complaints.push(`${error.page()?.url()}: ${error.error()}`));
  context.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(`${message.page()?.url()}: ${message.text()}`);
  });
  const page = await context.newPage();
  return {
    context,
    page,
    async close() {
      await context.close();
      assert.deepEqual(complaints, [], 'the browser complained');
    },
  };
}

/** Fills in the sign-in form and sends it. Who must prove it again has the name filled in, and fixed. */
export async function submitSignIn(page, { username, password }) {
  const name = page.locator('#username');
  await name.waitFor();
  if (await name.isEditable()) await name.fill(username);
  await page.fill('#password', password);
  await page.click('#login-submit');
}

/** Waits for one of our pages by its path. */
export async function onPage(page, path) {
  await page.waitForURL((url) => url.pathname === path);
}

/** Waits until the browser is back at the app. */
export async function backAtApp(page, party) {
  await page.waitForURL((url) => url.origin === party.origin);
}

/** Signs in and, where asked, allows. Ends back at the app. */
export async function signInAndAllow(page, party, person) {
  await page.locator('#login-submit').waitFor();
  await submitSignIn(page, person);
  await page.waitForURL((url) => url.origin === party.origin || url.pathname === '/consent');
  if (new URL(page.url()).pathname === '/consent') await page.click('#consent-allow');
  await backAtApp(page, party);
}

/**
 * Looks at a page the way its users will: in light and dark, on a desktop and on a phone.
 * Accessibility rules must hold in each, nothing may stick out sideways, and a picture is kept.
 */
export async function inspect(page, name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      const where = `${name} (${scheme}, ${size})`;
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${scheme}-${size}.png`), fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${where} sticks out by ${overflow} px`);
      // Dark differs from light in its colors, a phone from a desktop in its layout: three of four say it all.
      if (scheme === 'light' || size === 'phone') await assertAccessible(page, where);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SIZES.desktop);
}

/** Runs axe with the rules of WCAG 2.2 AA and its best practices. */
export async function assertAccessible(page, where) {
  // Evaluated by the debugger, which the page's Content-Security-Policy does not concern.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const found = await window.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
  assert.deepEqual(violations, [], `axe on ${where}`);
}

/** The page's visible text, on one line. */
export async function textOf(page) {
  return (await page.locator('body').innerText()).replace(/\s+/g, ' ');
}
