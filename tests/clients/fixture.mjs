// What the tests apply to a server: two APIs, some clients and two people.

const SECRET = 'a-secret-of-thirty-two-characters-or-more';

export const API = 'https://api.example.test';
export const FILES = 'https://files.example.test';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';

export const ADA = {
  username: 'ada',
  password: 'correct horse battery staple',
  email: 'ada@example.test',
  email_verified: true,
  claims: { name: 'Ada Lovelace', given_name: 'Ada', family_name: 'Lovelace', locale: 'en', phone_number: '+44 20 7946 0000' },
};

export const GRACE = {
  username: 'grace',
  password: 'nanoseconds and moths',
  email: 'grace@example.test',
  email_verified: true,
  claims: { name: 'Grace Hopper', given_name: 'Grace', locale: 'en' },
};

/** The client that belongs to the API itself: it introspects and exchanges. */
export const API_CLIENT = {
  client_id: 'example-api',
  client_name: 'Example API',
  client_secret: `${SECRET}-api`,
  grant_types: ['client_credentials', TOKEN_EXCHANGE],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'read list',
  resources: [FILES],
};

/** A confidential web app at `callback`; `members` override. */
export function webApp(client_id, callback, members = {}) {
  return {
    client_id,
    client_name: 'Shop',
    client_secret: `${SECRET}-${client_id}`,
    redirect_uris: [callback],
    post_logout_redirect_uris: [new URL('/signed-out', callback).href],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'openid profile email phone offline_access read write list',
    resources: [API, FILES],
    ...members,
  };
}

/** A client without a secret. */
export function publicApp(client_id, callback, members = {}) {
  const { client_secret, ...app } = webApp(client_id, callback, { token_endpoint_auth_method: 'none', ...members });
  return app;
}

/** A program that acts for itself. */
export function service(client_id, members = {}) {
  return {
    client_id,
    client_name: 'Night job',
    client_secret: `${SECRET}-${client_id}`,
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    scope: 'read write',
    resources: [API],
    ...members,
  };
}

/** The two APIs and two people, and these clients. */
export function fixture(...clients) {
  return {
    resource: [
      {
        identifier: API,
        name: 'Example API',
        scopes: { read: 'Read your things', write: 'Change your things' },
        access_token_lifetime: '5m',
        resource_server: API_CLIENT.client_id,
      },
      { identifier: FILES, name: 'Example files', scopes: { read: 'Read your files', list: 'List your files' } },
    ],
    client: [API_CLIENT, ...clients],
    user: [ADA, GRACE],
  };
}
