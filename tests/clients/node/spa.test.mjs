// oidc-client-ts as a single-page app: everything happens in the browser, across origins.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { backAtApp, newPerson, onPage, signInAndAllow, startBrowser } from '../browser.mjs';
import { ADA, API, fixture, publicApp } from '../fixture.mjs';
import { Server } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';

const LIBRARY = readFileSync(new URL('../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js', import.meta.url));

let server, party, browser;

before(async () => {
  party = await RelyingParty.start();
  [server, browser] = await Promise.all([Server.start(), startBrowser()]);
  const app = publicApp('spa', `${party.origin}/app`, { post_logout_redirect_uris: [`${party.origin}/app`] });
  server.apply(fixture(app));
  party.pages.set('/oidc-client-ts.js', { type: 'text/javascript', body: LIBRARY });
  party.pages.set('/app', {
    type: 'text/html; charset=utf-8',
    body: `<!doctype html><html lang="en"><title>App</title><h1>App</h1>
      <script src="/oidc-client-ts.js"></script>
      <script>
        window.manager = new oidc.UserManager({
          authority: ${JSON.stringify(server.issuer)},
          client_id: 'spa',
          redirect_uri: location.origin + '/app',
          post_logout_redirect_uri: location.origin + '/app',
          scope: 'openid profile email offline_access read',
          loadUserInfo: true,
          automaticSilentRenew: false,
          userStore: new oidc.WebStorageStateStore({ store: window.sessionStorage }),
        });
      </script></html>`,
  });
});

after(async () => {
  await browser?.close();
  await party?.stop();
  await server?.stop();
});

test('signs in, loads userinfo, renews silently, revokes and signs out', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(`${party.origin}/app`);

  await page.evaluate(() => { window.manager.signinRedirect(); });
  await signInAndAllow(page, party, ADA);
  const user = await page.evaluate(async () => {
    const { profile, scope, refresh_token } = await window.manager.signinCallback();
    history.replaceState(null, '', '/app');
    return { profile, scope, refresh_token };
  });
  assert.equal(user.profile.name, 'Ada Lovelace');
  assert.equal(user.profile.email, 'ada@example.test');
  assert.deepEqual(user.scope.split(' ').sort(), ['email', 'offline_access', 'openid', 'profile', 'read']);
  assert.ok(user.refresh_token);

  const renewed = await page.evaluate(async () => {
    const before = await window.manager.getUser();
    const after = await window.manager.signinSilent();
    return { changed: before.access_token !== after.access_token && before.refresh_token !== after.refresh_token, name: after.profile.name };
  });
  assert.deepEqual(renewed, { changed: true, name: 'Ada Lovelace' });

  const audience = await page.evaluate(async () => {
    const { access_token } = await window.manager.getUser();
    return JSON.parse(atob(access_token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).aud;
  });
  assert.deepEqual(audience, [API, server.issuer]);

  const afterwards = await page.evaluate(async () => {
    const { access_token } = await window.manager.getUser();
    await window.manager.revokeTokens(['access_token', 'refresh_token']);
    const response = await fetch(await window.manager.metadataService.getUserInfoEndpoint(), { headers: { authorization: `Bearer ${access_token}` } });
    return { status: response.status, challenge: response.headers.get('www-authenticate') };
  });
  assert.equal(afterwards.status, 401);
  assert.match(afterwards.challenge, /error="invalid_token"/, 'the challenge can be read across origins');

  await page.evaluate(() => { window.manager.signoutRedirect({ state: 'bye' }); });
  await page.waitForURL((url) => url.origin === party.origin && url.searchParams.has('state'));
  assert.equal(await page.evaluate(async () => (await window.manager.signoutCallback()).userState), 'bye');

  await page.evaluate(() => { window.manager.signinRedirect(); });
  await onPage(page, '/login');
  await close();
});

test('a person who denies comes back to the app with an error it can show', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(`${party.origin}/app`);
  await page.evaluate(() => { window.manager.signinRedirect(); });
  await page.fill('#username', ADA.username);
  await page.fill('#password', ADA.password);
  await page.click('#login-submit');
  await page.waitForURL((url) => url.origin === party.origin || url.pathname === '/consent');
  // Another test may have been allowed already; consent is asked again by prompt=consent.
  if (new URL(page.url()).pathname !== '/consent') {
    await page.evaluate(() => { window.manager.signinRedirect({ prompt: 'consent' }); });
    await onPage(page, '/consent');
  }
  await page.click('#consent-deny');
  await backAtApp(page, party);
  const error = await page.evaluate(() => window.manager.signinCallback().then(() => 'none', (refused) => refused.error));
  assert.equal(error, 'access_denied');
  await close();
});

test('nothing but what apps need can be called from another origin', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(`${party.origin}/app`);
  const reachable = await page.evaluate(async (issuer) => {
    const tried = {};
    for (const path of ['/.well-known/openid-configuration', '/.well-known/jwks.json', '/login', '/oauth2/introspect', '/oauth2/authorize', '/oauth2/logout']) {
      tried[path] = await fetch(issuer + path, { credentials: 'omit' }).then((response) => response.status, () => 'refused');
    }
    return tried;
  }, server.issuer);
  assert.deepEqual(reachable, {
    '/.well-known/openid-configuration': 200,
    '/.well-known/jwks.json': 200,
    '/login': 'refused',
    '/oauth2/introspect': 'refused',
    '/oauth2/authorize': 'refused',
    '/oauth2/logout': 'refused',
  });
  await close();
});
