// openid-client as a service: client credentials with every way to authenticate, introspection,
// revocation and token exchange. No person takes part.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { ACCESS_TOKEN_TYPE, API, API_CLIENT, FILES, TOKEN_EXCHANGE, fixture, service } from '../fixture.mjs';
import { Server } from '../harness.mjs';

const ODD_ID = 'odd:client+id%41&=/?~';
const ODD_SECRET = 'odd secret: +%2B &=?/#@~"<>\\^`{|} and 32 characters more';
const JOB = service('job');
const POSTER = service('poster', { token_endpoint_auth_method: 'client_secret_post' });
const ODD = service(ODD_ID, { client_secret: ODD_SECRET });
const ODD_POSTER = service(`${ODD_ID}2`, { client_secret: ODD_SECRET, token_endpoint_auth_method: 'client_secret_post' });
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

let server;
const keys = {};

before(async () => {
  const signers = [];
  for (const alg of ALGORITHMS) {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
    const kid = `key-${alg}`;
    keys[alg] = { key: privateKey, kid };
    const jwk = { ...(await jose.exportJWK(publicKey)), kid, use: 'sig', alg };
    const { client_secret, ...client } = service(`signer-${alg}`, { token_endpoint_auth_method: 'private_key_jwt' });
    signers.push({ ...client, jwks: { keys: [jwk] } });
  }
  server = await Server.start();
  server.apply(fixture(JOB, POSTER, ODD, ODD_POSTER, ...signers));
});

after(() => server?.stop());

function discover(client, authentication) {
  return oidc.discovery(new URL(server.issuer), client.client_id, {}, authentication, { execute: [oidc.allowInsecureRequests] });
}

/** Fetches a token and lets jose check it as an API would: by the JWKS URL alone. */
async function fetchAndCheck(config, parameters = {}) {
  const tokens = await oidc.clientCredentialsGrant(config, parameters);
  assert.equal(tokens.token_type, 'bearer');
  assert.equal(tokens.refresh_token, undefined);
  const jwks = jose.createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`));
  const { payload } = await jose.jwtVerify(tokens.access_token, jwks, {
    issuer: server.issuer, audience: parameters.resource ?? API, typ: 'at+jwt', algorithms: ['ES256'],
  });
  return { tokens, payload };
}

/** The answer is 401 with a challenge (RFC 6749 §5.2), which the library reports before the body. */
async function assertInvalidClient(promise) {
  const error = await promise.then(() => assert.fail('it was accepted'), (refused) => refused);
  assert.equal(error.status, 401);
  assert.equal(error.cause[0].scheme, 'basic');
  assert.equal((await error.response.json()).error, 'invalid_client');
}

describe('client credentials', () => {
  test('client_secret_basic', async () => {
    const { tokens, payload } = await fetchAndCheck(await discover(JOB, oidc.ClientSecretBasic(JOB.client_secret)), { scope: 'read' });
    assert.equal(payload.sub, 'job');
    assert.equal(payload.client_id, 'job');
    assert.equal(payload.scope, 'read');
    assert.equal(tokens.expires_in, 300);
  });

  test('client_secret_basic, with every awkward character in id and secret', async () => {
    const { payload } = await fetchAndCheck(await discover(ODD, oidc.ClientSecretBasic(ODD_SECRET)));
    assert.equal(payload.client_id, ODD_ID);
  });

  test('client_secret_post', async () => {
    const { payload } = await fetchAndCheck(await discover(POSTER, oidc.ClientSecretPost(POSTER.client_secret)));
    assert.equal(payload.client_id, 'poster');
    assert.equal(payload.scope, 'read write');
  });

  test('client_secret_post, with every awkward character in id and secret', async () => {
    const { payload } = await fetchAndCheck(await discover(ODD_POSTER, oidc.ClientSecretPost(ODD_SECRET)));
    assert.equal(payload.client_id, ODD_POSTER.client_id);
  });

  for (const alg of ALGORITHMS) {
    test(`private_key_jwt, ${alg}`, async () => {
      const { payload } = await fetchAndCheck(await discover({ client_id: `signer-${alg}` }, oidc.PrivateKeyJwt(keys[alg])));
      assert.equal(payload.client_id, `signer-${alg}`);
    });
  }

  test('private_key_jwt, with the older name of the Ed25519 algorithm', async () => {
    const older = { [oidc.modifyAssertion]: (header) => { header.alg = 'EdDSA'; } };
    await fetchAndCheck(await discover({ client_id: 'signer-EdDSA' }, oidc.PrivateKeyJwt(keys.EdDSA, older)));
  });

  test("another client's key is refused", async () => {
    const config = await discover({ client_id: 'signer-RS256' }, oidc.PrivateKeyJwt(keys.ES256));
    await assertInvalidClient(oidc.clientCredentialsGrant(config));
  });

  test('a wrong secret is refused', async () => {
    const config = await discover(JOB, oidc.ClientSecretBasic('wrong'));
    await assertInvalidClient(oidc.clientCredentialsGrant(config));
  });

  test('a method that the client is not registered for is refused', async () => {
    const config = await discover(JOB, oidc.ClientSecretPost(JOB.client_secret));
    await assertInvalidClient(oidc.clientCredentialsGrant(config));
  });

  test('a scope that the client does not have is refused', async () => {
    const config = await discover(JOB, oidc.ClientSecretBasic(JOB.client_secret));
    await assert.rejects(oidc.clientCredentialsGrant(config, { scope: 'read list' }), { error: 'invalid_scope' });
  });

  test('an API that the client may not reach is refused', async () => {
    const config = await discover(JOB, oidc.ClientSecretBasic(JOB.client_secret));
    await assert.rejects(oidc.clientCredentialsGrant(config, { resource: FILES }), { error: 'invalid_target' });
  });
});

describe('introspection and revocation', () => {
  test('the API and the client see the token, others see nothing', async () => {
    const job = await discover(JOB, oidc.ClientSecretBasic(JOB.client_secret));
    const api = await discover(API_CLIENT, oidc.ClientSecretBasic(API_CLIENT.client_secret));
    const stranger = await discover(POSTER, oidc.ClientSecretPost(POSTER.client_secret));
    const { access_token } = await oidc.clientCredentialsGrant(job, { scope: 'read' });

    for (const config of [job, api]) {
      const seen = await oidc.tokenIntrospection(config, access_token);
      assert.equal(seen.active, true);
      assert.equal(seen.client_id, 'job');
      assert.equal(seen.scope, 'read');
      assert.equal(seen.aud, API);
      assert.equal(seen.chancery, undefined, 'what is private to the server stays there');
    }
    assert.deepEqual(await oidc.tokenIntrospection(stranger, access_token), { active: false });

    await oidc.tokenRevocation(stranger, access_token).catch(() => undefined);
    assert.equal((await oidc.tokenIntrospection(api, access_token)).active, true, 'a stranger revokes nothing');
    await oidc.tokenRevocation(job, access_token);
    assert.deepEqual(await oidc.tokenIntrospection(api, access_token), { active: false });
  });

  test('a disabled client gets no token, and its live ones die', async () => {
    const doomed = service('doomed');
    server.apply({ client: [doomed] });
    const config = await discover(doomed, oidc.ClientSecretBasic(doomed.client_secret));
    const api = await discover(API_CLIENT, oidc.ClientSecretBasic(API_CLIENT.client_secret));
    const { access_token } = await oidc.clientCredentialsGrant(config);
    server.command('client', 'disable', 'doomed');
    // What an instance remembers is at most a second old.
    const start = Date.now();
    while ((await oidc.tokenIntrospection(api, access_token)).active) {
      assert.ok(Date.now() - start < 2_000, 'still active two seconds after the client was disabled');
    }
    await assertInvalidClient(oidc.clientCredentialsGrant(config));
  });
});

describe('token exchange', () => {
  test('what the subject token does not cover, and what is no token of that kind, is refused', async () => {
    const caller = service('caller', { resources: [API, FILES], scope: 'read write list' });
    server.apply({ client: [caller] });
    const config = await discover(caller, oidc.ClientSecretBasic(caller.client_secret));
    const api = await discover(API_CLIENT, oidc.ClientSecretBasic(API_CLIENT.client_secret));
    const { access_token } = await oidc.clientCredentialsGrant(config, { scope: 'read', resource: API });

    const exchange = (parameters) => oidc.genericGrantRequest(api, TOKEN_EXCHANGE, {
      subject_token: access_token, subject_token_type: ACCESS_TOKEN_TYPE, ...parameters,
    });
    await assert.rejects(exchange({ resource: FILES, scope: 'read' }), (error) => ['invalid_target', 'invalid_scope'].includes(error.error));
    await assert.rejects(exchange({ subject_token: `${access_token.slice(0, -4)}AAAA`, resource: FILES }), { error: 'invalid_request' });
    await assert.rejects(exchange({ subject_token_type: 'urn:ietf:params:oauth:token-type:id_token', resource: FILES }), { error: 'invalid_request' });
  });
});
