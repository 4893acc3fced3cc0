// Passkeys as people use them, in Chromium with a virtual authenticator: made when policy asks for one or when one is
// offered, used by a button, by what the browser fills in, and beside a password.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { backAtApp, inspect, newPerson, onPage, startBrowser, submitSignIn, textOf } from '../browser.mjs';
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
  const app = (client_id, members) => webApp(client_id, party.callback, { first_party: true, ...members });
  server.apply(fixture(
    app('plain'),
    app('vault', { client_name: 'The Vault', required_acr: 'phr' }),
    app('bank', { client_name: 'The Bank', required_acr: 'aal2' }),
  ));
});

after(async () => {
  await browser?.close();
  await party?.stop();
  await server?.stop();
});

/** Somebody whom nobody knew before. */
function somebody() {
  const username = `p${++serial}`;
  const person = { username, password: `the long password of ${username}`, email: `${username}@example.test` };
  server.apply({ user: [person] });
  return person;
}

/** A person with a device of their own that can keep passkeys. */
async function newOwner(options = {}) {
  const person = await newPerson(browser, options.context);
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const add = async (changes = {}) => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true, ...changes,
      },
    });
    return authenticatorId;
  };
  const device = await add(options.device);
  return {
    ...person,
    cdp,
    device,
    add,
    passkeys: async (id = device) => (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials,
    set: (method, members, id = device) => cdp.send(`WebAuthn.${method}`, { authenticatorId: id, ...members }),
  };
}

function requestOf(client_id, parameters) {
  const state = `passkey-${++serial}`;
  const query = new URLSearchParams({
    response_type: 'code', client_id, redirect_uri: party.callback, scope: 'openid profile', state,
    code_challenge: CHALLENGE, code_challenge_method: 'S256', ...parameters,
  });
  return { url: `${server.issuer}/oauth2/authorize?${query}`, state, client_id };
}

/** What the ID token says once the browser is back at the app. */
async function claims(page, { client_id, state }) {
  await backAtApp(page, party);
  const { parameters } = await party.answered(state);
  assert.ok(parameters.get('code'), `a code arrives: ${parameters}`);
  const { client_secret } = webApp(client_id, party.callback);
  const response = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code', code: parameters.get('code'), redirect_uri: party.callback, code_verifier: VERIFIER,
    }),
  });
  const { id_token } = await response.json();
  return JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url'));
}

/** Makes a passkey where an app asks for one. */
async function enroll(owner, person) {
  const { page } = owner;
  const request = requestOf('vault');
  await page.goto(request.url);
  await submitSignIn(page, person);
  await onPage(page, '/login/enroll');
  await page.click('#enroll-passkey');
  await page.locator('#recovery-codes').waitFor();
  const codes = await page.locator('#recovery-codes code').allInnerTexts();
  await page.click('#recovery-codes-continue');
  return { codes, claims: await claims(page, request) };
}

const forgotten = (owner) => owner.context.clearCookies();

test('policy has a passkey made, which then signs in by its button', async () => {
  const owner = await newOwner();
  const person = somebody();
  const first = await enroll(owner, person);
  assert.equal(first.claims.acr, 'phr');
  assert.equal(first.codes.length, 10);
  const [passkey] = await owner.passkeys();
  assert.ok(passkey.isResidentCredential, 'it can be found without a name');
  assert.equal(passkey.rpId, 'localhost');

  await forgotten(owner);
  // Nothing is filled in by itself: the person presses the button.
  await owner.set('setAutomaticPresenceSimulation', { enabled: false });
  const request = requestOf('vault');
  await owner.page.goto(request.url);
  const button = owner.page.locator('#login-passkey');
  await button.waitFor();
  await owner.set('setAutomaticPresenceSimulation', { enabled: true });
  await button.click();
  const second = await claims(owner.page, request);
  assert.equal(second.acr, 'phr');
  assert.equal(second.sub, first.claims.sub);
  assert.ok(second.amr.includes('user') && !second.amr.includes('pwd'), `${second.amr}`);
  await owner.close();
});

test('signs in with what the browser fills in, and nothing is typed', async () => {
  const owner = await newOwner();
  const person = somebody();
  await enroll(owner, person);
  await forgotten(owner);
  const request = requestOf('plain');
  await owner.page.goto(request.url);
  // The virtual authenticator answers a conditional request as soon as there is one.
  const told = await claims(owner.page, request);
  assert.equal(told.acr, 'phr');
  assert.deepEqual(told.amr.filter((value) => value === 'pwd'), []);
  await owner.close();
});

test('a device that does not verify its person is not believed, and the page says how to go on', async () => {
  const owner = await newOwner();
  const person = somebody();
  await enroll(owner, person);
  await forgotten(owner);
  await owner.set('setUserVerified', { isUserVerified: false });
  await owner.page.goto(requestOf('plain').url);
  await owner.page.locator('#login-passkey').waitFor();
  await owner.page.click('#login-passkey');
  const hint = owner.page.locator('.passkey-hint');
  await owner.page.waitForFunction(() => document.querySelector('.passkey-hint').textContent);
  assert.match(await hint.innerText(), /Try again, or choose another way/);
  await onPage(owner.page, '/login');
  await inspect(owner.page, 'passkey-cancelled');
  await owner.close();
});

test('a copy of a passkey is found out by its counter, and nobody is signed in', async () => {
  const owner = await newOwner();
  const person = somebody();
  await enroll(owner, person);
  const [passkey] = await owner.passkeys();
  await forgotten(owner);
  const request = requestOf('plain');
  await owner.page.goto(request.url);
  await claims(owner.page, request);
  await forgotten(owner);
  // The same key on another device, as it was when it was copied.
  await owner.set('clearCredentials', {});
  await owner.set('addCredential', { credential: { ...passkey, signCount: 0 } });
  await owner.page.goto(requestOf('plain').url);
  await owner.page.locator('#login-error').waitFor();
  assert.match(await owner.page.locator('#login-error').innerText(), /not accepted/);
  await inspect(owner.page, 'passkey-refused');
  await owner.close();
});

test('two people share a device, and each passkey signs in its own person', async () => {
  const owner = await newOwner();
  const person = somebody();
  const first = await enroll(owner, person);
  const [passkey] = await owner.passkeys();
  // A second person on the same device: each passkey is its own person's.
  await forgotten(owner);
  const other = somebody();
  await owner.set('removeCredential', { credentialId: passkey.credentialId });
  const theirs = await enroll(owner, other);
  assert.notEqual(theirs.claims.sub, first.claims.sub);
  const [second] = await owner.passkeys();
  for (const [kept, sub, signCount] of [[passkey, first.claims.sub, 50], [second, theirs.claims.sub, 50]]) {
    await forgotten(owner);
    await owner.set('clearCredentials', {});
    await owner.set('addCredential', { credential: { ...kept, signCount } });
    const request = requestOf('plain');
    await owner.page.goto(request.url);
    assert.equal((await claims(owner.page, request)).sub, sub);
  }
  await owner.close();
});

test('a passkey that is not known here is told so', async () => {
  const owner = await newOwner();
  const person = somebody();
  await enroll(owner, person);
  const [passkey] = await owner.passkeys();
  await forgotten(owner);
  await owner.set('clearCredentials', {});
  const stranger = { ...passkey, credentialId: Buffer.from('of another server, once').toString('base64') };
  await owner.set('addCredential', { credential: stranger });
  await owner.page.goto(requestOf('plain').url);
  await owner.page.locator('#login-error').waitFor();
  assert.match(await owner.page.locator('#login-error').innerText(), /no longer known here/);
  await inspect(owner.page, 'passkey-unknown');
  await owner.close();
});

test('a passkey is the second factor, too; whoever lost it has recovery codes', async () => {
  const owner = await newOwner();
  const person = somebody();
  const { codes } = await enroll(owner, person);
  await forgotten(owner);
  await owner.set('setAutomaticPresenceSimulation', { enabled: false });
  const request = requestOf('bank');
  await owner.page.goto(request.url);
  await submitSignIn(owner.page, person);
  await onPage(owner.page, '/login/verify');
  await owner.page.locator('#verify-passkey').waitFor();
  await inspect(owner.page, 'verify-passkey');
  await owner.set('setAutomaticPresenceSimulation', { enabled: true });
  await owner.page.click('#verify-passkey');
  assert.equal((await claims(owner.page, request)).acr, 'phr');

  await forgotten(owner);
  await owner.set('clearCredentials', {});
  const lost = requestOf('bank');
  await owner.page.goto(lost.url);
  await submitSignIn(owner.page, person);
  await owner.page.click('#verify-with-recovery');
  await owner.page.fill('#code', codes[0]);
  await owner.page.click('#verify-submit');
  assert.equal((await claims(owner.page, lost)).acr, 'aal2');
  await owner.close();
});

test('the pages that make a passkey', async () => {
  const owner = await newOwner();
  const person = somebody();
  await owner.page.goto(requestOf('vault').url);
  await submitSignIn(owner.page, person);
  await owner.page.locator('#enroll-passkey').waitFor();
  await inspect(owner.page, 'enroll-passkey');
  await forgotten(owner);
  await owner.page.goto(requestOf('bank').url);
  await submitSignIn(owner.page, person);
  await owner.page.locator('#enroll-passkey').waitFor();
  assert.equal(await owner.page.locator('#enroll-submit').count(), 1, 'an authenticator app would do, too');
  await inspect(owner.page, 'enroll-either');
  await owner.close();
});

test('a passkey is offered after a password, taken or put off with one click', async () => {
  const owner = await newOwner();
  const person = somebody();
  const able = () => owner.page.waitForFunction(() => document.querySelector('input[name=passkeys]')?.value === 'yes');
  const later = requestOf('plain');
  await owner.page.goto(later.url);
  await able();
  await submitSignIn(owner.page, person);
  await onPage(owner.page, '/login/passkey-offer');
  await owner.page.locator('#offer-passkey').waitFor();
  await inspect(owner.page, 'passkey-offer');
  await owner.page.click('#offer-later');
  assert.equal((await claims(owner.page, later)).acr, 'aal1');

  // It is not asked for again here; a browser that knows nothing of it asks.
  const again = requestOf('plain');
  await owner.context.clearCookies({ name: /session/ });
  await owner.page.goto(again.url);
  await able();
  await submitSignIn(owner.page, person);
  await claims(owner.page, again);
  await forgotten(owner);
  const taken = requestOf('plain');
  await owner.page.goto(taken.url);
  await able();
  await submitSignIn(owner.page, person);
  await owner.page.click('#offer-passkey');
  await owner.page.click('#recovery-codes-continue');
  await claims(owner.page, taken);
  assert.equal((await owner.passkeys()).length, 1);
  await forgotten(owner);
  const used = requestOf('plain');
  await owner.page.goto(used.url);
  assert.equal((await claims(owner.page, used)).acr, 'phr');
  await owner.close();
});

test('whoever is signed in confirms that it is still them', async () => {
  const owner = await newOwner();
  const person = somebody();
  const first = await enroll(owner, person);
  const again = requestOf('plain', { prompt: 'login' });
  await owner.page.goto(again.url);
  await onPage(owner.page, '/login');
  await owner.page.click('#login-passkey');
  const second = await claims(owner.page, again);
  assert.equal(second.sub, first.claims.sub);
  assert.equal(second.sid, first.claims.sid);
  await owner.close();
});

test('without JavaScript nothing on the pages is dead', async () => {
  const owner = await newOwner();
  const person = somebody();
  await enroll(owner, person);
  await owner.close();
  const { page, close } = await newPerson(browser, { javaScriptEnabled: false });
  const visible = () => page.locator('button:visible').evaluateAll((buttons) => buttons.map((button) => [button.id, button.type]));
  const alive = async () => {
    const buttons = await visible();
    assert.ok(buttons.length > 0);
    for (const [id, type] of buttons) assert.equal(type, 'submit', id);
  };
  await page.goto(requestOf('vault').url);
  await onPage(page, '/login');
  await alive();
  assert.equal(await page.locator('#login-passkey').isVisible(), false);
  await submitSignIn(page, person);
  await onPage(page, '/login/verify');
  assert.equal(await page.locator('#verify-passkey').isVisible(), false);
  assert.match(await textOf(page), /This browser cannot use passkeys here/);
  // The password alone signs in where that is enough.
  const plain = requestOf('plain');
  await page.goto(plain.url);
  await submitSignIn(page, person);
  assert.equal((await claims(page, plain)).acr, 'aal1');
  await page.context().clearCookies();
  // And whoever has no factor sets up an app, or declines.
  await page.goto(requestOf('bank').url);
  await submitSignIn(page, GRACE);
  await onPage(page, '/login/enroll');
  await alive();
  assert.equal(await page.locator('#enroll-submit').isVisible(), true);
  await page.context().clearCookies();
  const vault = requestOf('vault');
  await page.goto(vault.url);
  await submitSignIn(page, ADA);
  await onPage(page, '/login/enroll');
  await alive();
  await page.click('#enroll-decline');
  await backAtApp(page, party);
  assert.equal((await party.answered(vault.state)).parameters.get('error'), 'unmet_authentication_requirements');
  await close();
});
