// openid-client as a web app: a person signs in with Chromium, the app gets its tokens.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { backAtApp, newPerson, onPage, signInAndAllow, startBrowser, submitSignIn } from '../browser.mjs';
import { ACCESS_TOKEN_TYPE, ADA, API, API_CLIENT, FILES, TOKEN_EXCHANGE, fixture, publicApp, webApp } from '../fixture.mjs';
import { Server, until } from '../harness.mjs';
import { RelyingParty } from '../relying-party.mjs';

let server, party, browser, shop, signed, pub;

before(async () => {
  party = await RelyingParty.start();
  shop = webApp('shop', party.callback);
  signed = webApp('signed', party.callback, { userinfo_signed_response_alg: 'ES256', id_token_signed_response_alg: 'EdDSA', first_party: true });
  pub = publicApp('pub', party.callback, { id_token_signed_response_alg: 'ES256', first_party: true });
  [server, browser] = await Promise.all([Server.start(), startBrowser()]);
  server.apply(fixture(shop, signed, pub));
});

after(async () => {
  await browser?.close();
  await party?.stop();
  await server?.stop();
});

function discover(client, metadata = {}) {
  const authentication = client.client_secret ? oidc.ClientSecretBasic(client.client_secret) : oidc.None();
  return oidc.discovery(new URL(server.issuer), client.client_id, metadata, authentication, {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
}

/** Prepares an authorization request; `finish` waits for the answer and redeems the code. */
async function request(config, parameters = {}, checks = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: party.callback,
    scope: 'openid profile email offline_access read',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  const finish = async (tokenParameters = {}) => {
    const { request } = await party.answered(state);
    const current = request.method === 'POST' ? request : new URL(request.url);
    return oidc.authorizationCodeGrant(config, current, {
      pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true, ...checks,
    }, tokenParameters);
  };
  return { url: url.href, state, finish };
}

/** A scope is a set. */
function assertScope({ scope }, expected) {
  assert.deepEqual(scope.split(' ').sort(), expected.split(' ').sort());
}

/** One person signs in at one app, all the way. */
async function signIn(config, parameters = {}, checks = {}) {
  const person = await newPerson(browser);
  const flow = await request(config, parameters, checks);
  await person.page.goto(flow.url);
  await signInAndAllow(person.page, party, ADA);
  return { person, tokens: await flow.finish() };
}

describe('signing in', () => {
  test('a code flow ends with tokens that the library accepts', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config);
    const claims = tokens.claims();
    assert.equal(claims.iss, server.issuer);
    assert.equal(claims.aud, 'shop');
    assert.ok(claims.sid && claims.at_hash && claims.auth_time);
    assert.equal(jose.decodeProtectedHeader(tokens.id_token).alg, 'RS256');
    assert.ok(tokens.refresh_token);
    assertScope(tokens, 'openid profile email offline_access read');

    const { aud, sub, client_id } = jose.decodeJwt(tokens.access_token);
    assert.deepEqual(aud, [API, server.issuer]);
    assert.equal(sub, claims.sub);
    assert.equal(client_id, 'shop');

    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(userinfo.name, 'Ada Lovelace');
    assert.equal(userinfo.email, 'ada@example.test');
    assert.equal(userinfo.email_verified, true);
    assert.equal(userinfo.phone_number, undefined, 'phone was not asked for');
    await person.close();
  });

  test('a public client with PKCE, and an ES256 ID token', async () => {
    const { person, tokens } = await signIn(await discover(pub, { id_token_signed_response_alg: 'ES256' }));
    assert.equal(jose.decodeProtectedHeader(tokens.id_token).alg, 'ES256');
    await person.close();
  });

  test('signed userinfo, and an EdDSA ID token', async () => {
    const config = await discover(signed, { userinfo_signed_response_alg: 'ES256', id_token_signed_response_alg: 'EdDSA' });
    const { person, tokens } = await signIn(config);
    assert.equal(jose.decodeProtectedHeader(tokens.id_token).alg, 'EdDSA');
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.email, 'ada@example.test');
    await person.close();
  });

  test('response_mode=form_post', async () => {
    const config = await discover(shop);
    const person = await newPerson(browser);
    const flow = await request(config, { response_mode: 'form_post' });
    await person.page.goto(flow.url);
    await signInAndAllow(person.page, party, ADA);
    assert.equal((await party.answered(flow.state)).method, 'POST');
    assert.ok((await flow.finish()).access_token);
    await person.close();
  });

  test('the claims parameter reaches userinfo and the ID token', async () => {
    const config = await discover(shop);
    const claims = JSON.stringify({ userinfo: { phone_number: null }, id_token: { email: { essential: true } } });
    const { person, tokens } = await signIn(config, { scope: 'openid phone', claims });
    assert.equal(tokens.claims().email, 'ada@example.test');
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.phone_number, '+44 20 7946 0000');
    await person.close();
  });

  test('a plain sign-in gets a token for userinfo alone', async () => {
    const { person, tokens } = await signIn(await discover(shop), { scope: 'openid' });
    assert.deepEqual([jose.decodeJwt(tokens.access_token).aud].flat(), [server.issuer]);
    await person.close();
  });

  test('a code is good once', async () => {
    const config = await discover(shop);
    const person = await newPerson(browser);
    const flow = await request(config);
    await person.page.goto(flow.url);
    await signInAndAllow(person.page, party, ADA);
    const tokens = await flow.finish();
    await assert.rejects(flow.finish(), { error: 'invalid_grant' });
    // Replaying it withdraws what it had issued.
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
    await person.close();
  });
});

describe('the session at the issuer', () => {
  test('prompt=none answers without a page when it can, and with login_required when it cannot', async () => {
    const config = await discover(shop);
    const person = await newPerson(browser);
    const early = await request(config, { prompt: 'none' });
    await person.page.goto(early.url);
    await assert.rejects(early.finish(), { error: 'login_required' });

    const flow = await request(config);
    await person.page.goto(flow.url);
    await signInAndAllow(person.page, party, ADA);
    const first = await flow.finish();

    const silent = await request(config, { prompt: 'none', id_token_hint: first.id_token });
    await person.page.goto(silent.url);
    await backAtApp(person.page, party);
    const second = await silent.finish();
    assert.equal(second.claims().sub, first.claims().sub);
    assert.equal(second.claims().sid, first.claims().sid);
    assert.equal(second.claims().auth_time, first.claims().auth_time);

    // The other client has no consent yet, and first-party needs none.
    const other = await discover(signed, { id_token_signed_response_alg: 'EdDSA' });
    const sso = await request(other, { prompt: 'none' });
    await person.page.goto(sso.url);
    assert.equal((await sso.finish()).claims().sid, first.claims().sid);
    await person.close();
  });

  test('prompt=login and max_age=0 ask for the password again', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config);
    for (const again of [{ prompt: 'login' }, { max_age: '0' }]) {
      const flow = await request(config, again, { maxAge: 60 });
      await person.page.goto(flow.url);
      await onPage(person.page, '/login');
      await submitSignIn(person.page, ADA);
      await backAtApp(person.page, party);
      const renewed = await flow.finish();
      assert.ok(renewed.claims().auth_time >= tokens.claims().auth_time);
      assert.equal(renewed.claims().sub, tokens.claims().sub);
    }
    await person.close();
  });

  test('signing out with the ID token ends the session and its refresh tokens', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config, { scope: 'openid read' });
    const url = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: party.signedOut, state: 'bye' });
    await person.page.goto(url.href);
    await person.page.waitForURL(`${party.signedOut}?state=bye`);
    const silent = await request(config, { prompt: 'none' });
    await person.page.goto(silent.url);
    await assert.rejects(silent.finish(), { error: 'login_required' });
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
    await person.close();
  });

  test('with offline_access the refresh token outlives the session', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config);
    await person.page.goto(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: party.signedOut }).href);
    await backAtApp(person.page, party);
    assert.ok((await oidc.refreshTokenGrant(config, tokens.refresh_token)).access_token);
    await person.close();
  });
});

describe('what follows', () => {
  test('refresh rotates, narrows the access token, and keeps who signed in', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config, { scope: 'openid offline_access read write' });
    const narrow = await oidc.refreshTokenGrant(config, tokens.refresh_token, { scope: 'openid read' });
    assertScope(narrow, 'openid read');
    assert.notEqual(narrow.refresh_token, tokens.refresh_token);
    assert.equal(narrow.claims().sub, tokens.claims().sub);
    assert.equal(narrow.claims().auth_time, tokens.claims().auth_time);
    const wide = await oidc.refreshTokenGrant(config, narrow.refresh_token);
    assertScope(wide, 'openid offline_access read write');

    // A token that two refreshes have left behind is no lost answer: somebody else has it.
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
    await assert.rejects(oidc.refreshTokenGrant(config, wide.refresh_token), { error: 'invalid_grant' });
    await person.close();
  });

  test('a retry after a lost answer gets the same successor', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config);
    const [first, again] = await Promise.all([
      oidc.refreshTokenGrant(config, tokens.refresh_token), oidc.refreshTokenGrant(config, tokens.refresh_token),
    ]);
    assert.equal(first.refresh_token, again.refresh_token);
    await person.close();
  });

  test('one grant, two APIs: resource picks', async () => {
    const config = await discover(shop);
    const person = await newPerson(browser);
    const flow = await request(config, { scope: 'openid offline_access read list' });
    const url = new URL(flow.url);
    for (const resource of [API, FILES]) url.searchParams.append('resource', resource);
    await person.page.goto(url.href);
    await signInAndAllow(person.page, party, ADA);
    const tokens = await flow.finish({ resource: FILES });
    assert.deepEqual(jose.decodeJwt(tokens.access_token).aud, [FILES, server.issuer]);
    assertScope(tokens, 'openid offline_access read list');
    const other = await oidc.refreshTokenGrant(config, tokens.refresh_token, { resource: API });
    assert.deepEqual(jose.decodeJwt(other.access_token).aud, [API, server.issuer]);
    assertScope(other, 'openid offline_access read');
    await person.close();
  });

  test('revoking the refresh token ends it and its access tokens', async () => {
    const config = await discover(shop);
    const { person, tokens } = await signIn(config);
    assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true);
    await oidc.tokenRevocation(config, tokens.refresh_token);
    assert.deepEqual(await oidc.tokenIntrospection(config, tokens.access_token), { active: false });
    await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), (error) => error.cause?.[0]?.parameters?.error === 'invalid_token');
    await person.close();
  });

  test('the API exchanges the person\'s token for one that names both of them', async () => {
    const config = await discover(shop);
    const api = await discover(API_CLIENT);
    const person = await newPerson(browser);
    const flow = await request(config, { scope: 'openid read list' });
    const url = new URL(flow.url);
    for (const resource of [API, FILES]) url.searchParams.append('resource', resource);
    await person.page.goto(url.href);
    await signInAndAllow(person.page, party, ADA);
    const tokens = await flow.finish({ resource: API });

    const exchange = (parameters) => oidc.genericGrantRequest(api, TOKEN_EXCHANGE, {
      subject_token: tokens.access_token, subject_token_type: ACCESS_TOKEN_TYPE, ...parameters,
    });
    const narrow = await exchange({ resource: FILES, scope: 'read' });
    assert.equal(narrow.issued_token_type, ACCESS_TOKEN_TYPE);
    assert.equal(narrow.refresh_token, undefined);
    const claims = jose.decodeJwt(narrow.access_token);
    assert.equal(claims.sub, tokens.claims().sub);
    assert.equal(claims.aud, FILES);
    assertScope(claims, 'read');
    assert.equal(claims.act.sub, API_CLIENT.client_id);
    assert.ok(claims.exp <= jose.decodeJwt(tokens.access_token).exp);

    await assert.rejects(exchange({ resource: FILES, scope: 'read write' }), { error: 'invalid_scope' });
    await assert.rejects(exchange({ resource: 'https://unknown.example.test' }), { error: 'invalid_target' });
    // Whoever is neither the token's client nor its audience is a confused deputy.
    assert.equal((await oidc.tokenIntrospection(api, narrow.access_token)).active, true);
    await oidc.tokenRevocation(config, tokens.access_token);
    await until('the exchanged token has died with its parent', async () => !(await oidc.tokenIntrospection(api, narrow.access_token)).active, 2_000);
    await person.close();
  });
});
