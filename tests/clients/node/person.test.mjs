// What a person does with our pages, in the order people really do it: wrong passwords, the back
// button, two tabs, bookmarks. Everything runs twice, with JavaScript on and off.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { backAtApp, newPerson, onPage, signInAndAllow, startBrowser, submitSignIn, textOf } from '../browser.mjs';
import { ADA, GRACE, fixture, webApp } from '../fixture.mjs';
import { Server } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';

// RFC 7636, Appendix B
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let server, party, browser;
let serial = 0;

before(async () => {
  party = await RelyingParty.start();
  [server, browser] = await Promise.all([Server.start(), startBrowser()]);
  server.apply(fixture(
    webApp('shop', party.callback),
    webApp('shop-without-javascript', party.callback),
    webApp('blog', party.callback, { client_name: 'Blog', first_party: true }),
  ));
});

after(async () => {
  await browser?.close();
  await party?.stop();
  await server?.stop();
});

/** An authorization request: `{url, state}`. */
function requestOf(client_id, parameters) {
  const state = `state-${++serial}`;
  const query = new URLSearchParams({
    response_type: 'code', client_id, redirect_uri: party.callback, scope: 'openid profile read', state,
    code_challenge: CHALLENGE, code_challenge_method: 'S256', ...parameters,
  });
  return { url: `${server.issuer}/oauth2/authorize?${query}`, state };
}

async function assertCode({ state }) {
  const { parameters } = await party.answered(state);
  assert.ok(parameters.get('code'), `a code arrives: ${parameters}`);
  assert.equal(parameters.get('iss'), server.issuer);
}

/** Redeems the code of a request and returns the ID token. */
async function idToken(client_id, { state }) {
  const { parameters } = await party.answered(state);
  const { client_secret } = webApp(client_id, party.callback);
  const response = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code', code: parameters.get('code'), redirect_uri: party.callback, code_verifier: VERIFIER,
    }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).id_token;
}

for (const javaScriptEnabled of [true, false]) {
  describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    const shop = javaScriptEnabled ? 'shop' : 'shop-without-javascript';
    const person = () => newPerson(browser, { javaScriptEnabled });
    const authorize = (parameters = {}) => requestOf(shop, parameters);

    test('signs in, sees who asks for what, allows, and is remembered', async () => {
      const { page, close } = await person();
      const first = authorize({ prompt: 'consent' });
      await page.goto(first.url);
      await onPage(page, '/login');
      assert.equal(await page.locator('h1').innerText(), 'Sign in');
      await submitSignIn(page, ADA);
      await onPage(page, '/consent');
      const text = await textOf(page);
      for (const expected of ['Shop', '127.0.0.1', 'Read your things', 'Ada Lovelace']) assert.ok(text.includes(expected), `consent names ${expected}: ${text}`);
      assert.ok(!text.includes('Change your things'), 'consent names nothing that was not asked for');
      await page.click('#consent-allow');
      await backAtApp(page, party);
      await assertCode(first);

      const second = authorize();
      await page.goto(second.url);
      await backAtApp(page, party);
      await assertCode(second);

      const more = authorize({ scope: 'openid profile read write email' });
      await page.goto(more.url);
      await onPage(page, '/consent');
      assert.ok((await textOf(page)).includes('Change your things'));
      await page.click('#consent-allow');
      await backAtApp(page, party);
      await assertCode(more);
      await close();
    });

    test('a wrong password is said beside the form, keeps the name, and is put right', async () => {
      const { page, close } = await person();
      const request = authorize();
      await page.goto(request.url);
      await submitSignIn(page, { ...ADA, password: 'wrong' });
      await page.locator('#login-error').waitFor();
      assert.equal(await page.inputValue('#username'), 'ada');
      assert.equal(await page.inputValue('#password'), '');
      const known = await page.locator('#login-error').innerText();
      await submitSignIn(page, { username: 'nobody-of-this-name', password: 'wrong' });
      await page.locator('#username[value="nobody-of-this-name"]').waitFor();
      assert.equal(await page.locator('#login-error').innerText(), known, 'nothing tells who exists');
      await signInAndAllow(page, party, ADA);
      await assertCode(request);
      await close();
    });

    test('an empty form asks for what is missing', async () => {
      const { page, close } = await person();
      await page.goto(authorize().url);
      await onPage(page, '/login');
      await page.click('#login-submit');
      assert.equal(new URL(page.url()).pathname, '/login');
      await page.locator('#username').waitFor();
      await close();
    });

    test('denies: the app hears access_denied with iss and state', async () => {
      const { page, close } = await person();
      const request = authorize({ prompt: 'consent' });
      await page.goto(request.url);
      await submitSignIn(page, GRACE);
      await onPage(page, '/consent');
      await page.click('#consent-deny');
      await backAtApp(page, party);
      const { parameters } = await party.answered(request.state);
      assert.equal(parameters.get('error'), 'access_denied');
      assert.equal(parameters.get('iss'), server.issuer);
      assert.equal(parameters.get('code'), null);
      await close();
    });

    test('response_mode=form_post arrives as a POST', async () => {
      const { page, close } = await person();
      const request = authorize({ response_mode: 'form_post', client_id: 'blog' });
      await page.goto(request.url);
      await submitSignIn(page, ADA);
      if (!javaScriptEnabled) await page.click('#form-post-submit');
      await backAtApp(page, party);
      assert.equal((await party.answered(request.state)).method, 'POST');
      await assertCode(request);
      await close();
    });

    test('the back button after signing in leads somewhere sensible', async () => {
      const { page, close } = await person();
      const request = authorize({ client_id: 'blog' });
      await page.goto(request.url);
      await submitSignIn(page, ADA);
      await backAtApp(page, party);
      await assertCode(request);
      await page.goBack();
      await assertNoDeadEnd(page);
      // Signing in again on that old page neither breaks nor spends the request twice in silence.
      if (await page.locator('#login-submit').count()) {
        await submitSignIn(page, ADA);
        await page.waitForLoadState();
        await assertNoDeadEnd(page);
      }
      await close();
    });

    test('two tabs with different requests at once do not disturb each other', async () => {
      const { page, context, close } = await person();
      const other = await context.newPage();
      const [one, two] = [authorize({ client_id: 'blog' }), authorize({ client_id: 'blog', scope: 'openid' })];
      await page.goto(one.url);
      await other.goto(two.url);
      await onPage(page, '/login');
      await onPage(other, '/login');
      await submitSignIn(page, ADA);
      await backAtApp(page, party);
      await assertCode(one);
      // The second tab was opened before anyone was signed in; its form still works.
      await submitSignIn(other, ADA);
      await backAtApp(other, party);
      await assertCode(two);
      await close();
    });

    test('a bookmarked sign-in page, a garbled and a stranger\'s request end in an explanation', async () => {
      const { page, close } = await person();
      await page.goto(authorize({ prompt: 'consent' }).url);
      await onPage(page, '/login');
      const bookmark = page.url();

      const bare = await page.goto(`${server.issuer}/login`);
      assert.ok(bare.status() < 500);
      await assertNoDeadEnd(page);
      const garbled = await page.goto(`${server.issuer}/login?request=AAAA`);
      assert.ok(garbled.status() < 500);
      await assertNoDeadEnd(page);
      assert.equal(await page.locator('#login-submit').count(), 0, 'nobody types a password into a broken request');

      // The address bar of somebody who is signed in, opened elsewhere: that browser starts at the beginning.
      await page.goto(bookmark);
      await submitSignIn(page, ADA);
      await onPage(page, '/consent');
      const stranger = await newPerson(browser, { javaScriptEnabled });
      for (const address of [bookmark, page.url()]) {
        await stranger.page.goto(address);
        await stranger.page.locator('#login-submit').waitFor();
        assert.ok(!(await textOf(stranger.page)).includes('Ada'), 'a request belongs to the browser that made it');
      }
      await stranger.close();
      await close();
    });

    test('an unknown client or redirect URI is told to the person and to nobody else', async () => {
      const { page, close } = await person();
      for (const wrong of [{ client_id: 'unknown' }, { redirect_uri: 'http://127.0.0.1:9/evil' }]) {
        const response = await page.goto(authorize(wrong).url);
        assert.equal(response.status(), 400);
        assert.equal(new URL(page.url()).origin, server.issuer);
        await assertNoDeadEnd(page);
      }
      await close();
    });

    test('switches accounts', async () => {
      const { page, close } = await person();
      const first = authorize({ client_id: 'blog' });
      await page.goto(first.url);
      await submitSignIn(page, ADA);
      await backAtApp(page, party);
      await assertCode(first);

      const other = authorize({ client_id: 'blog', prompt: 'select_account' });
      await page.goto(other.url);
      await page.locator('#account-continue').waitFor();
      assert.ok((await textOf(page)).includes('Ada'), 'it says who is signed in');
      await page.click('#account-other');
      await submitSignIn(page, GRACE);
      await backAtApp(page, party);
      await assertCode(other);

      const check = authorize({ prompt: 'consent' });
      await page.goto(check.url);
      await onPage(page, '/consent');
      assert.ok((await textOf(page)).includes('Grace'), 'the newcomer is signed in');
      await page.click('#consent-switch');
      await submitSignIn(page, ADA);
      await onPage(page, '/consent');
      assert.ok((await textOf(page)).includes('Ada'), 'and out again, from the consent page');
      await page.click('#consent-allow');
      await backAtApp(page, party);
      await assertCode(check);
      await close();
    });

    test('signs out on the page when no hint proves who asks', async () => {
      const { page, close } = await person();
      await page.goto(authorize({ client_id: 'blog' }).url);
      await submitSignIn(page, ADA);
      await backAtApp(page, party);

      await page.goto(`${server.issuer}/oauth2/logout`);
      await onPage(page, '/logout');
      await page.click('#logout-confirm');
      await page.getByRole('heading', { name: 'Signed out' }).waitFor();
      const silent = authorize({ client_id: 'blog', prompt: 'none' });
      await page.goto(silent.url);
      assert.equal((await party.answered(silent.state)).parameters.get('error'), 'login_required');
      await close();
    });

    test('signs out without a question when the app brings the ID token', async () => {
      const { page, close } = await person();
      const request = authorize({ client_id: 'blog' });
      await page.goto(request.url);
      await submitSignIn(page, ADA);
      await backAtApp(page, party);
      const hint = await idToken('blog', request);
      const query = new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: party.signedOut, state: `bye-${request.state}` });
      await page.goto(`${server.issuer}/oauth2/logout?${query}`);
      await page.waitForURL(`${party.signedOut}?state=bye-${request.state}`);
      await close();
    });

    test('signs in with the keyboard alone', async () => {
      const { page, close } = await person();
      const request = authorize({ prompt: 'consent' });
      await page.goto(request.url);
      await onPage(page, '/login');
      assert.equal(await focused(page), 'username', 'the first field has the focus');
      await page.keyboard.type(ADA.username);
      await tabTo(page, 'password');
      await page.keyboard.type(ADA.password);
      await page.keyboard.press('Enter');
      await onPage(page, '/consent');
      await tabTo(page, 'consent-allow');
      await page.keyboard.press('Enter');
      await backAtApp(page, party);
      await assertCode(request);
      await close();
    });
  });
}

/** Our page explains itself and offers something to do or says where to go. */
async function assertNoDeadEnd(page) {
  if (new URL(page.url()).origin !== server.issuer) return; // moved on to the app
  assert.ok((await page.locator('h1').innerText()).length > 0);
  const text = await textOf(page);
  assert.ok(text.length > 40, `the page says more than its heading: ${text}`);
}

function focused(page) {
  return page.evaluate(() => document.activeElement?.id);
}

/** Presses Tab until the element has the focus; at most ten times. */
async function tabTo(page, id) {
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press('Tab');
    if (await focused(page) === id) return;
  }
  assert.fail(`#${id} is not within ten presses of Tab`);
}
