// Starts the real binary on a database of its own, and feeds it with `chancery apply`.
//
// Needs CHANCERY_TEST_DATABASE_URL (an admin URL of a PostgreSQL to make databases on) and CHANCERY_BIN;
// script/test sets both.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const BINARY = required('CHANCERY_BIN');
const ADMIN_URL = required('CHANCERY_TEST_DATABASE_URL');
const TARGET = process.env.CHANCERY_TEST_TARGET ?? new URL('../../target', import.meta.url).pathname;

let started = 0;

/** A running server: where it is, and how to change what it knows. */
export class Server {
  /** Starts `chancery serve`, as in production, and waits until it is ready. `environment` holds further settings. */
  static async start(environment = {}) {
    const server = new Server();
    const [port, management] = await freePorts(2);
    server.issuer = `http://localhost:${port}`;
    Object.assign(server.environment, {
      CHANCERY__SERVER__ISSUER: server.issuer,
      CHANCERY__SERVER__LISTEN: `127.0.0.1:${port}`,
      CHANCERY__SERVER__MANAGEMENT_LISTEN: `127.0.0.1:${management}`,
      CHANCERY__SECRETS__SEALING_KEYS: `1:${randomBytes(32).toString('base64')}`,
      ...environment,
    });
    server.#spawn('serve', '--migrate');
    await server.#ready(management);
    return server;
  }

  /** Starts `chancery dev` with its demo app, which `demo` then names. */
  static async startWithDemo() {
    const server = new Server();
    const [port, management, demo] = await freePorts(3);
    server.issuer = `http://localhost:${port}`;
    server.demo = `http://localhost:${demo}`;
    server.#spawn(
      'dev', '--data', server.data, '--listen', `127.0.0.1:${port}`,
      '--management-listen', `127.0.0.1:${management}`, '--demo-listen', `127.0.0.1:${demo}`,
    );
    await server.#ready(management);
    return server;
  }

  constructor() {
    this.name = `clients_${process.pid}_${++started}`;
    this.data = join(TARGET, 'test-clients', this.name);
    this.output = '';
    const { PATH, HOME } = process.env;
    this.environment = { PATH, HOME, NO_COLOR: '1', RUST_BACKTRACE: '1', DATABASE_URL: new URL(`/${this.name}`, ADMIN_URL).href };
    rmSync(this.data, { recursive: true, force: true });
    mkdirSync(this.data, { recursive: true, mode: 0o700 });
    psql(ADMIN_URL, `create database "${this.name}"`);
  }

  #spawn(...args) {
    this.process = spawn(BINARY, args, { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => { this.output += chunk; };
    this.process.stdout.setEncoding('utf8').on('data', keep);
    this.process.stderr.setEncoding('utf8').on('data', keep);
    this.exited = once(this.process, 'exit');
    process.once('exit', () => this.process.kill('SIGKILL'));
  }

  async #ready(port) {
    let ended = false;
    this.exited.then(() => { ended = true; });
    await until('the server is ready', async () => {
      if (ended) throw new Stop(`the server ended before it was ready:\n${this.output}`);
      return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
    }, 30_000).catch((error) => { throw new Error(`${error.message}\n${this.output}`); });
  }

  /** Applies configuration as data: `{resource, client, user, upstream}`, in the shape of the TOML file. */
  apply(configuration) {
    const file = join(this.data, 'apply.json');
    writeFileSync(file, JSON.stringify(configuration));
    return this.command('apply', file);
  }

  /** Runs a command of the binary against this server's database and returns what it printed. */
  command(...args) {
    const done = spawnSync(BINARY, args, { env: this.environment, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`chancery ${args.join(' ')} failed:\n${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  /** Stops the server the way an operator does, and drops its database. */
  async stop() {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    const [code] = await this.exited;
    clearTimeout(timer);
    psql(ADMIN_URL, `drop database if exists "${this.name}" with (force)`);
    rmSync(this.data, { recursive: true, force: true });
    if (code !== 0) throw new Error(`the server did not stop cleanly (exit code ${code}):\n${this.output.slice(-4000)}`);
    if (this.output.includes('panicked')) throw new Error(`the server panicked:\n${this.output}`);
  }
}

/** Thrown inside `until` to give up at once. */
class Stop extends Error {}

/**
 * Waits until `condition` returns something true, and returns that. What it throws counts as "not yet".
 * @param {string} what said when time runs out
 */
export async function until(what, condition, milliseconds = 10_000) {
  const deadline = Date.now() + milliseconds;
  let last;
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      if (error instanceof Stop) throw error;
      last = error;
    }
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error(`timed out waiting until ${what}${last ? `: ${last.message}` : ''}`);
}

/** Ports that nobody listened on a moment ago. */
export async function freePorts(count) {
  const servers = [];
  for (let i = 0; i < count; i++) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));
  return ports;
}

function psql(url, statement) {
  const env = { ...process.env, PGOPTIONS: '-c client_min_messages=warning' };
  execFileSync('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-c', statement, url], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests through script/test`);
  return value;
}
