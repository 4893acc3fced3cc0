// An OpenID provider that others wrote, for people of ours to sign in with: `oidc-provider` from the npm registry,
// on another site (127.0.0.1; our server is at localhost).

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { freePorts } from './harness.mjs';

const CLIENT = { client_id: 'chancery', client_secret: 'the-secret-of-chancery-at-the-other-one' };

export class Upstream {
  /** Starts one whose people may be sent back to `redirectUri`. Whoever signs in there is known by what they type. */
  static async start(redirectUri, people = {}) {
    const upstream = new Upstream();
    const [port] = await freePorts(1);
    upstream.port = port;
    upstream.issuer = `http://127.0.0.1:${port}`;
    const provider = new Provider(upstream.issuer, {
      clients: [{ ...CLIENT, redirect_uris: [redirectUri], grant_types: ['authorization_code'], response_types: ['code'] }],
      claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
      pkce: { required: () => true },
      cookies: { keys: ['a key of the tests'] },
      features: { devInteractions: { enabled: true } },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id, name: `${id} from elsewhere`, email: `${id}@elsewhere.test`, email_verified: true, ...people[id] }),
      }),
    });
    upstream.callback = provider.callback();
    await upstream.listen();
    return upstream;
  }

  /** What `chancery apply` is told of it. */
  registration(slug, members = {}) {
    return { slug, issuer: this.issuer, ...CLIENT, ...members };
  }

  /** Whether it hangs up when it is asked who somebody is. */
  hangsUp = false;

  async listen() {
    const serve = (request, response) => {
      if (this.hangsUp && request.url.startsWith('/token')) request.socket.destroy();
      else this.callback(request, response);
    };
    this.server = createServer(serve).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** Signs in on its pages, and allows what is asked there. */
  async signIn(page, login) {
    await page.waitForURL((url) => url.origin === this.issuer && url.pathname.startsWith('/interaction/'));
    await page.fill('[name=login]', login);
    await page.fill('[name=password]', 'whatever it may be');
    await page.click('[type=submit]');
    await this.allow(page);
  }

  /** Allows what is asked, where anything is asked. */
  async allow(page) {
    await page.waitForURL((url) => url.origin !== this.issuer || url.pathname.startsWith('/interaction/'));
    const consent = page.locator('input[name=prompt][value=consent]');
    if (new URL(page.url()).origin === this.issuer && await consent.count() > 0) await page.click('[type=submit]');
    await page.waitForURL((url) => url.origin !== this.issuer);
  }
}
