// jose as an API: it knows the issuer and the JWKS URL, nothing else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { fixture, service } from '../fixture.mjs';
import { Server } from '../harness.mjs';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const audienceOf = (alg) => `https://${alg.toLowerCase()}.example.test`;

let server, jwks;

before(async () => {
  server = await Server.start();
  const data = fixture();
  for (const alg of ALGORITHMS) {
    data.resource.push({ identifier: audienceOf(alg), name: alg, scopes: { read: 'Read' }, access_token_signed_response_alg: alg });
    data.client.push(service(`job-${alg}`, { resources: [audienceOf(alg)], scope: 'read' }));
  }
  server.apply(data);
  jwks = jose.createRemoteJWKSet(new URL(`${server.issuer}/.well-known/jwks.json`));
});

after(() => server?.stop());

async function fetchToken(alg) {
  const client = service(`job-${alg}`);
  const response = await fetch(`${server.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}

for (const alg of ALGORITHMS) {
  test(`an access token signed with ${alg} is valid for its API and for no other`, async () => {
    const token = await fetchToken(alg);
    const checks = { issuer: server.issuer, audience: audienceOf(alg), typ: 'at+jwt', algorithms: [alg], requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id'] };
    const { protectedHeader, payload } = await jose.jwtVerify(token, jwks, checks);
    assert.ok(protectedHeader.kid);
    assert.equal(payload.client_id, `job-${alg}`);
    await assert.rejects(jose.jwtVerify(token, jwks, { ...checks, audience: 'https://other.example.test' }), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
    await assert.rejects(jose.jwtVerify(token, jwks, { ...checks, currentDate: new Date(payload.exp * 1000 + 1000) }), { code: 'ERR_JWT_EXPIRED' });
    const [header, , signature] = token.split('.');
    const forged = [header, jose.base64url.encode(JSON.stringify({ ...payload, sub: 'admin' })), signature].join('.');
    await assert.rejects(jose.jwtVerify(forged, jwks, checks), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  });
}

test('the JWKS document shows public members only, and may be cached', async () => {
  const response = await fetch(`${server.issuer}/.well-known/jwks.json`, { headers: { origin: 'https://anywhere.example.test' } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get('cache-control'), /max-age=\d+/);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const { keys } = await response.json();
  assert.deepEqual(new Set(keys.map((key) => key.kty)), new Set(['RSA', 'EC', 'OKP']));
  for (const key of keys) {
    assert.equal(key.use, 'sig');
    for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(key[secret], undefined);
  }
  const again = await fetch(response.url, { headers: { 'if-none-match': response.headers.get('etag') } });
  assert.equal(again.status, 304);
});
