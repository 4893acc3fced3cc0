// The app's side of a redirect: a small HTTP server on another site (127.0.0.1; the issuer is at
// localhost) that remembers how each authorization request was answered.

import { once } from 'node:events';
import { createServer } from 'node:http';

export class RelyingParty {
  static async start() {
    const party = new RelyingParty();
    party.server = createServer((request, response) => party.#serve(request, response)).listen(0, '127.0.0.1');
    await once(party.server, 'listening');
    party.origin = `http://127.0.0.1:${party.server.address().port}`;
    party.callback = `${party.origin}/callback`;
    party.signedOut = `${party.origin}/signed-out`;
    return party;
  }

  #answers = new Map();
  #waiting = new Map();
  /** Extra pages: path → {type, body}. */
  pages = new Map();

  /** Waits for the answer to the authorization request with this state, as a fetch `Request`. */
  async answered(state, milliseconds = 15_000) {
    if (this.#answers.has(state)) return this.#answers.get(state);
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer arrived for state ${state}`)), milliseconds);
    });
    const answer = new Promise((resolve) => { this.#waiting.set(state, resolve); });
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  async #serve(incoming, response) {
    const url = new URL(incoming.url, this.origin);
    const page = this.pages.get(url.pathname);
    if (page) return response.writeHead(200, { 'content-type': page.type }).end(page.body);
    if (url.pathname !== '/callback' && url.pathname !== '/signed-out') return response.writeHead(404).end();

    let body;
    if (incoming.method === 'POST') body = Buffer.concat(await incoming.toArray()).toString();
    const parameters = new URLSearchParams(body ?? url.search);
    const request = new Request(url, { method: incoming.method, body, headers: { 'content-type': incoming.headers['content-type'] ?? '' } });
    // A reader may look at the parameters, and the client library at the request as it came.
    this.#keep(parameters.get('state'), { request, parameters, method: incoming.method });
    const title = url.pathname === '/callback' ? 'Back at the app' : 'Signed out of the app';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1></html>`);
  }

  #keep(state, answer) {
    this.#answers.set(state, answer);
    this.#waiting.get(state)?.(answer);
    this.#waiting.delete(state);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
