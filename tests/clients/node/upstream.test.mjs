// Signing in with another OpenID provider, as a person does it: there and back in Chromium, with JavaScript on and
// off, and everything that may go wrong on the way.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { backAtApp, inspect, newPerson, onPage, startBrowser, submitSignIn, textOf } from '../browser.mjs';
import { ADA, fixture, webApp } from '../fixture.mjs';
import { Server, until } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';
import { Upstream } from '../upstream.mjs';

let server, party, browser, upstream;
let serial = 0;

before(async () => {
  party = await RelyingParty.start();
  [server, browser] = await Promise.all([
    Server.start({ CHANCERY__OUTBOUND__ALLOWED_NETWORKS: '127.0.0.0/8' }),
    startBrowser(),
  ]);
  upstream = await Upstream.start(`${server.issuer}/login/upstream/elsewhere/callback`, {
    ada: { email: ADA.email },
    impostor: { email: ADA.email, email_verified: false },
  });
  server.apply({
    ...fixture(webApp('shop', party.callback, { first_party: true })),
    upstream: [upstream.registration('elsewhere', { name: 'Elsewhere Inc.', domains: ['elsewhere.test'], sign_up: 'on' })],
  });
  await until('the button is there', async () => (await (await fetch(`${server.issuer}/login`)).text()).includes('upstream-elsewhere'));
});

after(async () => {
  await browser?.close();
  await upstream?.stop();
  await party?.stop();
  await server?.stop();
});

/** An authorization request: `{url, state}`. */
function request(parameters = {}) {
  const state = `upstream-${++serial}`;
  const query = new URLSearchParams({
    response_type: 'code', client_id: 'shop', redirect_uri: party.callback, scope: 'openid profile email', state,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...parameters,
  });
  return { url: `${server.issuer}/oauth2/authorize?${query}`, state };
}

async function assertCode({ state }) {
  const { parameters } = await party.answered(state);
  assert.ok(parameters.get('code'), `a code arrives: ${parameters}`);
}

const user = (name) => JSON.parse(server.command('user', 'show', name, '--json'));

for (const javaScriptEnabled of [true, false]) {
  describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    const person = () => newPerson(browser, { javaScriptEnabled });
    const somebody = (name) => `${name}${javaScriptEnabled ? '' : '-without'}`;

    test('a button leads there and back to the app, and makes a person once', async () => {
      const { page, context, close } = await person();
      const name = somebody('grete');
      const first = request();
      await page.goto(first.url);
      await page.click('#upstream-elsewhere');
      await upstream.signIn(page, name);
      await backAtApp(page, party);
      await assertCode(first);
      const made = user(name);
      assert.equal(made.email, `${name}@elsewhere.test`);
      assert.equal(made.email_verified, true);
      assert.equal(made.claims.name, `${name} from elsewhere`);
      // Signed out here, but not there: one click is enough.
      await context.clearCookies({ domain: 'localhost' });
      const second = request();
      await page.goto(second.url);
      await page.click('#upstream-elsewhere');
      await backAtApp(page, party);
      await assertCode(second);
      assert.equal(user(name).id, made.id);
      await close();
    });

    test('an address leads to the provider of its domain', async () => {
      const { page, close } = await person();
      const name = somebody('otto');
      const begun = request();
      await page.goto(begun.url);
      await page.click('#upstream-organization');
      await onPage(page, '/login/upstream');
      await page.fill('#address', 'otto@nowhere.test');
      await page.click('#address-submit');
      await page.locator('#address-error').waitFor();
      await page.fill('#address', `${name}@elsewhere.test`);
      await page.click('#address-submit');
      await upstream.signIn(page, name);
      await backAtApp(page, party);
      await assertCode(begun);
      await close();
    });

    test('an application that wants a new sign-in gets one', async () => {
      const { page, close } = await person();
      const name = somebody('heidi');
      for (const parameters of [{}, { prompt: 'login' }, { max_age: '0' }]) {
        const begun = request(parameters);
        await page.goto(begun.url);
        await page.click('#upstream-elsewhere');
        // Asked for a password there every time, although they are signed in there.
        await upstream.signIn(page, name);
        await backAtApp(page, party);
        await assertCode(begun);
      }
      await close();
    });

    test('whoever cancels there is told so, and can go on another way', async () => {
      const { page, close } = await person();
      const begun = request();
      await page.goto(begun.url);
      await page.click('#upstream-elsewhere');
      await page.waitForURL((url) => url.origin === upstream.issuer);
      await page.click('a[href$="/abort"]');
      await page.locator('#error-next').waitFor();
      assert.match(await textOf(page), /Elsewhere Inc\. did not sign you in/);
      await page.click('#error-next');
      await submitSignIn(page, ADA);
      await backAtApp(page, party);
      await assertCode(begun);
      await close();
    });

    test('an account is connected on the account page, signs in, and is disconnected', async () => {
      const { page, context, close } = await person();
      const there = somebody('linked');
      const me = { ...ADA, username: `owner-of-${there}`, email: `owner-of-${there}@example.test`, password: `the long password of ${there}` };
      server.apply({ user: [me] });
      await page.goto(`${server.issuer}/account/security`);
      await submitSignIn(page, me);
      await onPage(page, '/account/security');
      if (javaScriptEnabled) await inspect(page, 'account-security-connect');
      await page.click('#connect-elsewhere');
      await upstream.signIn(page, there);
      await page.locator('#account-done').waitFor();
      assert.match(await page.locator('#linked').innerText(), /Elsewhere Inc\.[\s\S]*linked.*@elsewhere\.test/);
      assert.equal(await page.locator('#connect-elsewhere').count(), 0);
      if (javaScriptEnabled) await inspect(page, 'account-security-linked');
      // Signed out here, but not there.
      await context.clearCookies({ domain: 'localhost' });
      await page.goto(`${server.issuer}/login`);
      await page.click('#upstream-elsewhere');
      await onPage(page, '/');
      await page.goto(`${server.issuer}/account`);
      assert.equal(await page.locator('#profile-username').innerText(), me.username);
      await page.goto(`${server.issuer}/account/security`);
      await page.getByRole('link', { name: 'Disconnect Elsewhere Inc.' }).click();
      await onPage(page, '/account/security/linked');
      if (javaScriptEnabled) await inspect(page, 'account-linked');
      await page.click('#disconnect-confirm');
      await page.locator('#account-done').waitFor();
      assert.equal(await page.locator('#linked').count(), 0);
      await page.locator('#connect-elsewhere').waitFor();
      await close();
    });

    test('the account that somebody came with stays while it is their only way in', async () => {
      const { page, close } = await person();
      await page.goto(`${server.issuer}/login`);
      await page.click('#upstream-elsewhere');
      await upstream.signIn(page, somebody('only'));
      await onPage(page, '/');
      await page.goto(`${server.issuer}/account/security`);
      await page.getByRole('link', { name: 'Disconnect Elsewhere Inc.' }).click();
      await page.click('#disconnect-confirm');
      await page.locator('#linked-error').waitFor();
      assert.match(await page.locator('#linked-error').innerText(), /the only way into your/);
      if (javaScriptEnabled) await inspect(page, 'account-linked-only-way');
      await page.goto(`${server.issuer}/account/security`);
      assert.equal(await page.locator('#linked li').count(), 1);
      await close();
    });

    test('an unverified address of somebody here makes them nobody', async () => {
      const { page, close } = await person();
      await page.goto(`${server.issuer}/login`);
      await page.click('#upstream-elsewhere');
      await upstream.signIn(page, 'impostor');
      await onPage(page, '/');
      assert.match(await textOf(page), /impostor/);
      assert.equal(user('impostor').email, undefined);
      assert.notEqual(user('impostor').id, user('ada').id);
      await close();
    });
  });
}

test('a verified address of somebody here is linked when they say so', async () => {
  const { page, context, close } = await newPerson(browser);
  const first = request();
  await page.goto(first.url);
  await page.click('#upstream-elsewhere');
  await upstream.signIn(page, 'ada');
  await onPage(page, '/login/upstream/link');
  await inspect(page, 'link-sign-in');
  await page.click('#link-sign-in');
  await submitSignIn(page, ADA);
  await page.locator('#link-confirm').waitFor();
  await inspect(page, 'link-confirm');
  await page.click('#link-confirm');
  await backAtApp(page, party);
  await assertCode(first);
  await context.clearCookies({ domain: 'localhost' });
  const second = request();
  await page.goto(second.url);
  await page.click('#upstream-elsewhere');
  await backAtApp(page, party);
  await assertCode(second);
  await close();
});

test('a provider that goes away in the middle is a page that says so, and a second attempt works', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(`${server.issuer}/login`);
  await inspect(page, 'sign-in-with-upstream');
  await page.click('#upstream-organization');
  await inspect(page, 'organization');
  await page.goBack();
  await page.click('#upstream-elsewhere');
  // It signs them in and sends them back, and is gone when we ask it who they are.
  upstream.hangsUp = true;
  await upstream.signIn(page, 'again');
  await page.locator('#error-next').waitFor();
  assert.match(await textOf(page), /Elsewhere Inc\. does not answer/);
  await inspect(page, 'upstream-unavailable');
  upstream.hangsUp = false;
  await page.click('#error-next');
  await page.click('#upstream-elsewhere');
  await onPage(page, '/');
  assert.match(await textOf(page), /again/);
  await close();
});

test('the page of what went wrong', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(`${server.issuer}/login`);
  await page.click('#upstream-elsewhere');
  await page.waitForURL((url) => url.origin === upstream.issuer);
  await page.click('a[href$="/abort"]');
  await page.locator('#error-next').waitFor();
  await inspect(page, 'upstream-denied');
  await close();
});
