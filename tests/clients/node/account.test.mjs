// The account page in Chromium: every page of it is looked at, and the ways through it work with JavaScript and
// without. A virtual authenticator stands in for a device that keeps passkeys.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { backAtApp, inspect, newPerson, onPage, startBrowser, submitSignIn } from '../browser.mjs';
import { ADA, GRACE, fixture, webApp } from '../fixture.mjs';
import { Server } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';
import { totp } from '../totp.mjs';

const NEW_PASSWORD = 'nine purple umbrellas sing at dawn';

let server, party, browser;

before(async () => {
  party = await RelyingParty.start();
  [server, browser] = await Promise.all([Server.start(), startBrowser()]);
  server.apply(fixture(webApp('shop', party.callback, { client_name: 'The Corner Shop' })));
});

after(async () => {
  await browser?.close();
  await party?.stop();
  await server?.stop();
});

function authorize() {
  const query = new URLSearchParams({
    response_type: 'code', client_id: 'shop', redirect_uri: party.callback, scope: 'openid profile email offline_access read write',
    state: 'account', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
  });
  return `${server.issuer}/oauth2/authorize?${query}`;
}

/** Someone of their own, so that no test sees what another one changed. */
function somebody(username, like = ADA) {
  const person = { ...like, username, email: `${username}@example.test`, password: `the long password of ${username}` };
  server.apply({ user: [person] });
  return person;
}

/** Opens a page of the account, signing in on the way. */
async function open(page, person, path = '/account') {
  await page.goto(`${server.issuer}${path}`);
  if (new URL(page.url()).pathname === '/login') await submitSignIn(page, person);
  await pastOffer(page);
  await onPage(page, path);
}

/** A browser that could keep a passkey may be asked whether it should. */
async function pastOffer(page) {
  if (new URL(page.url()).pathname.endsWith('/passkey-offer')) await page.getByRole('button', { name: 'Not now' }).click();
}

async function withAuthenticator(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
    isUserVerified: true, automaticPresenceSimulation: true,
  } });
}

test('every page of the account, with much and with nothing', async () => {
  const person = somebody('ada-looks');
  const { page, close } = await newPerson(browser);
  await open(page, person);
  for (const name of ['security', 'sessions', 'activity', 'data']) {
    await page.getByRole('navigation', { name: 'Your account' }).getByRole('link').nth(['', 'security', 'sessions', 'apps', 'activity', 'data'].indexOf(name)).click();
    await onPage(page, `/account/${name}`);
    assert.equal(await page.locator('h1').count(), 1);
    await inspect(page, `account-${name}`);
  }
  await page.goto(`${server.issuer}/account`);
  await inspect(page, 'account-profile');
  await page.goto(`${server.issuer}/account/email`);
  await inspect(page, 'account-email-no-mail');
  await page.goto(`${server.issuer}/account`);
  await page.click('#profile-edit');
  await inspect(page, 'account-profile-edit');
  await page.fill('#zoneinfo', 'nowhere at all');
  await page.click('#profile-save');
  await page.locator('#zoneinfo-error').waitFor();
  await inspect(page, 'account-profile-wrong');
  await page.goto(`${server.issuer}/account/apps`);
  await page.locator('#apps-empty').waitFor();
  await inspect(page, 'account-apps-empty');
  await page.goto(authorize());
  await page.click('#consent-allow');
  await backAtApp(page, party);
  await page.goto(`${server.issuer}/account/apps`);
  await page.locator('details.more summary').click();
  await inspect(page, 'account-apps');
  for (const path of ['security/password', 'security/app', 'security/passkey/add', 'data/delete']) {
    await page.goto(`${server.issuer}/account/${path}`);
    await inspect(page, `account-${path.replaceAll('/', '-')}`);
  }
  await close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`somebody looks after their account ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
    const person = somebody(`grace-${javaScriptEnabled ? 'with' : 'without'}`, GRACE);
    const { page, close } = await newPerson(browser, { javaScriptEnabled });
    const other = await newPerson(browser, { javaScriptEnabled });
    await open(other.page, person);
    // The profile.
    await open(page, person);
    await page.click('#profile-edit');
    await page.fill('#name', 'Rear Admiral Hopper');
    await page.selectOption('#locale', 'fr');
    await page.click('#profile-save');
    await page.locator('#account-done').waitFor();
    assert.match(await page.locator('main').innerText(), /Rear Admiral Hopper[\s\S]*français/i);
    // An authenticator app, with its recovery codes.
    await page.goto(`${server.issuer}/account/security`);
    await page.click('#totp-set-up');
    const seed = await page.locator('#totp-seed').textContent();
    await page.fill('#code', totp(seed));
    await page.click('#totp-confirm');
    await page.locator('#recovery-codes').waitFor();
    assert.equal(await page.locator('#recovery-codes li').count(), 10);
    assert.equal(await page.locator('#recovery-codes-keep').isVisible(), javaScriptEnabled);
    if (javaScriptEnabled) {
      await inspect(page, 'account-recovery-codes');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#recovery-codes-download')]);
      const kept = await readFile(await download.path(), 'utf8');
      assert.equal(kept.trim().split('\n').length, 10);
    }
    await page.click('#recovery-codes-continue');
    await onPage(page, '/account/security');
    assert.match(await page.locator('#codes-left').textContent(), /10/);
    // The password.
    await page.click('#password-change');
    await page.fill('#password', 'password');
    await page.click('#password-save');
    await page.locator('#password-error').waitFor();
    await page.fill('#password', NEW_PASSWORD);
    await page.click('#password-save');
    await page.locator('#account-done').waitFor();
    await other.page.goto(`${server.issuer}/account`);
    await onPage(other.page, '/login');
    // The data.
    await page.goto(`${server.issuer}/account/data`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#data-export')]);
    const data = JSON.parse(await readFile(await download.path(), 'utf8'));
    assert.equal(data.profile.claims.name, 'Rear Admiral Hopper');
    // And the end.
    await page.click('#data-delete');
    await page.fill('#username', person.username);
    await page.click('#delete-confirm');
    await onPage(page, '/account/deleted');
    if (javaScriptEnabled) await inspect(page, 'account-deleted');
    await page.goto(`${server.issuer}/account`);
    await submitSignIn(page, { ...person, password: NEW_PASSWORD });
    await page.locator('#login-error').waitFor();
    await close();
    await other.close();
  });
}

test('a passkey is added, renamed and removed', async () => {
  const person = somebody('ada-keys');
  const { context, page, close } = await newPerson(browser);
  await withAuthenticator(context, page);
  await open(page, person, '/account/security');
  await page.click('#passkey-add');
  await onPage(page, '/account/security/passkey/add');
  await page.fill('#name', 'My laptop');
  await page.click('#passkey-create');
  await page.locator('#recovery-codes').waitFor();
  await page.click('#recovery-codes-continue');
  await page.getByText('My laptop').waitFor();
  await inspect(page, 'account-security-passkeys');
  await page.getByRole('link', { name: 'Edit My laptop' }).click();
  await inspect(page, 'account-passkey');
  await page.fill('#name', 'Old laptop');
  await page.click('#passkey-rename');
  await page.getByText('Old laptop').waitFor();
  await page.getByRole('link', { name: 'Edit Old laptop' }).click();
  await page.click('#passkey-remove');
  await page.locator('#account-done').waitFor();
  assert.equal(await page.locator('#passkeys').count(), 0);
  await close();
});

test('a session is seen from another browser, and ended', async () => {
  const person = somebody('ada-sessions');
  const { page, close } = await newPerson(browser);
  const phone = await newPerson(browser, {
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  });
  await open(phone.page, person);
  await open(page, person, '/account/sessions');
  await page.getByText('Safari on iPhone').waitFor();
  await inspect(page, 'account-sessions-two');
  await page.getByRole('button', { name: 'End the session: Safari on iPhone' }).click();
  await page.locator('#account-done').waitFor();
  await phone.page.reload();
  await onPage(phone.page, '/login');
  await close();
  await phone.close();
});
