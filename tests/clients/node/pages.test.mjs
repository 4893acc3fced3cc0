// Every page that a person can meet, in every state: accessibility rules in light and dark, nothing
// that sticks out on a phone, and a picture of each in target/screenshots/.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { backAtApp, inspect, newPerson, onPage, startBrowser, submitSignIn } from '../browser.mjs';
import { ADA, fixture, webApp } from '../fixture.mjs';
import { Server } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';

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

function authorize(parameters = {}) {
  const query = new URLSearchParams({
    response_type: 'code', client_id: 'shop', redirect_uri: party.callback, scope: 'openid profile email offline_access read write',
    state: 'pages', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...parameters,
  });
  return `${server.issuer}/oauth2/authorize?${query}`;
}

async function signedIn(page) {
  await page.goto(authorize({ prompt: 'consent' }));
  await submitSignIn(page, ADA);
  await onPage(page, '/consent');
}

const PAGES = {
  'sign-in': async (page) => {
    await page.goto(authorize());
    await onPage(page, '/login');
  },
  'sign-in-with-name': async (page) => {
    await page.goto(authorize({ login_hint: 'ada' }));
    await onPage(page, '/login');
  },
  'sign-in-refused': async (page) => {
    await page.goto(authorize());
    await submitSignIn(page, { ...ADA, password: 'wrong' });
    await page.locator('#login-error').waitFor();
  },
  'sign-in-again': async (page) => {
    await signedIn(page);
    await page.goto(authorize({ prompt: 'login' }));
    await onPage(page, '/login');
  },
  consent: signedIn,
  'choose-account': async (page) => {
    await signedIn(page);
    await page.goto(authorize({ prompt: 'select_account' }));
    await page.locator('#account-other').waitFor();
  },
  'sign-out': async (page) => {
    await signedIn(page);
    await page.goto(`${server.issuer}/oauth2/logout`);
    await page.locator('#logout-confirm').waitFor();
  },
  'signed-out': async (page) => {
    await signedIn(page);
    await page.goto(`${server.issuer}/oauth2/logout`);
    await page.click('#logout-confirm');
    await page.getByRole('heading', { name: 'Signed out' }).waitFor();
  },
  'sign-out-without-session': async (page) => { await page.goto(`${server.issuer}/oauth2/logout`); },
  home: async (page) => { await page.goto(server.issuer); },
  'home-signed-in': async (page) => {
    await signedIn(page);
    await page.goto(server.issuer);
    await page.locator('#home-sign-out').waitFor();
  },
  'sign-in-without-request': async (page) => { await page.goto(`${server.issuer}/login`); },
  'request-garbled': async (page) => { await page.goto(`${server.issuer}/login?request=AAAA`); },
  'error-unknown-client': async (page) => { await page.goto(authorize({ client_id: 'unknown' })); },
  'error-redirect-uri': async (page) => { await page.goto(authorize({ redirect_uri: 'https://evil.example.test/' })); },
  'error-not-found': async (page) => { await page.goto(`${server.issuer}/nothing-here`); },
};

for (const [name, visit] of Object.entries(PAGES)) {
  test(`the page ${name}`, async () => {
    const { page, close } = await newPerson(browser);
    await visit(page);
    assert.ok(await page.title(), 'it has a title');
    assert.equal(await page.locator('h1').count(), 1, 'it has one heading');
    assert.ok(await page.getAttribute('html', 'lang'), 'it says its language');
    await inspect(page, name);
    await close();
  });
}

test('the form_post page, which people without JavaScript see', async () => {
  const { page, close } = await newPerson(browser);
  await page.route(/form-post[^/]*\.js/, (route) => route.abort());
  await page.goto(authorize({ response_mode: 'form_post', prompt: 'consent' }));
  await submitSignIn(page, ADA);
  await page.click('#consent-allow');
  await page.locator('#form-post-submit').waitFor();
  await inspect(page, 'form-post');
  await page.click('#form-post-submit');
  await backAtApp(page, party);
  await close();
});

test('every page refuses to be framed, cached, or to run what it did not bring', async () => {
  const { page, close } = await newPerson(browser);
  for (const visit of [PAGES['sign-in'], PAGES['error-unknown-client'], PAGES['sign-out-without-session']]) {
    const seen = page.waitForResponse((response) => response.status() !== 303 && response.request().isNavigationRequest());
    await visit(page);
    const headers = (await seen).headers();
    assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.match(headers['content-security-policy'], /default-src 'none'|default-src 'self'/);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
    assert.match(headers['cache-control'], /no-store/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(headers['referrer-policy'], /no-referrer|same-origin/);
  }
  await close();
});

test('the language is chosen in the footer, with JavaScript and without', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page, close } = await newPerson(browser, { javaScriptEnabled });
    await page.goto(authorize({ prompt: 'consent' }));
    await onPage(page, '/login');
    const address = page.url();
    await page.click('.languages summary');
    await page.click('#language-de');
    await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
    assert.equal(page.url(), address, 'the request goes on');
    await submitSignIn(page, ADA);
    await onPage(page, '/consent');
    assert.equal(await page.getAttribute('html', 'lang'), 'de');
    await page.click('#consent-allow');
    await backAtApp(page, party);
    await close();
  }
});

for (const [locale, lang] of [['de-AT', 'de'], ['es-MX', 'es'], ['fr-FR', 'fr'], ['zh-CN', 'zh-Hans']]) {
  test(`pages in ${lang}`, async () => {
    const { page, close } = await newPerson(browser, { locale });
    await page.goto(authorize());
    await submitSignIn(page, { ...ADA, password: 'wrong' });
    await page.locator('#login-error').waitFor();
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    await page.goto(authorize());
    await page.click('.languages summary');
    await inspect(page, `sign-in-${lang}`);
    await close();
  });
}
