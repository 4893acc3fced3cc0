// The first thing a newcomer sees: `chancery dev` with its demo app, walked through end to end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inspect, newPerson, onPage, startBrowser, submitSignIn, textOf } from '../browser.mjs';
import { Server, until } from '../harness.mjs';
import { totp } from '../totp.mjs';

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.startWithDemo(), startBrowser()]);
  await until('the demo answers', async () => (await fetch(server.demo)).ok);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the demo, from signing in to signing out', async () => {
  const { page, close } = await newPerson(browser);
  await page.goto(server.demo);
  await inspect(page, 'demo-start');
  const person = { username: await page.innerText('#demo-username'), password: await page.innerText('#demo-password') };
  assert.ok(server.output.includes(person.password), 'chancery dev prints the password too');

  await page.click('#sign-in');
  await onPage(page, '/login');
  await submitSignIn(page, person);
  await onPage(page, '/consent');
  await inspect(page, 'demo-consent');
  await page.click('#consent-allow');
  await page.locator('#id-token-claims').waitFor();
  await inspect(page, 'demo-signed-in');
  assert.match(await page.locator('#id-token-claims').innerText(), new RegExp(server.issuer));
  assert.match(await page.locator('#userinfo-claims').innerText(), /Ada/);

  // Each step shows its result, and no step a problem.
  const steps = {
    refresh: '#refresh-result',
    'call-api-read': '[data-call=call-api-read][data-status="200"]',
    'call-api-write': '[data-call=call-api-write][data-status="201"], [data-call=call-api-write][data-status="200"]',
    exchange: '#exchange-result',
    introspect: '#ask .chip.new',
  };
  for (const [id, result] of Object.entries(steps)) {
    await page.click(`#${id}`);
    await page.locator(result).first().waitFor();
    assert.equal(await page.locator('[id$=-problem]').count(), 0, `${id} succeeds`);
  }
  await inspect(page, 'demo-all-steps');

  // An API that wants to be surer of the person (RFC 9470): declined, and then with a second factor.
  const clear = async (status) => {
    await page.click('#call-api-clear');
    await page.locator(`[data-call=call-api-clear][data-status="${status}"]`).waitFor();
  };
  await clear(401);
  await page.locator('#call-api-clear-step-up').waitFor();
  await inspect(page, 'demo-step-up');
  await page.click('#call-api-clear-step-up');
  await onPage(page, '/login/enroll');
  await page.click('#enroll-decline');
  await page.waitForURL((url) => url.origin === server.demo);
  assert.match(await page.innerText('main'), /unmet_authentication_requirements/);
  await inspect(page, 'demo-step-up-declined');
  await page.goto(server.demo);
  await clear(401);
  await page.click('#call-api-clear-step-up');
  await onPage(page, '/login/enroll');
  await page.fill('#code', totp(await page.locator('#totp-seed').textContent()));
  await page.click('#enroll-submit');
  await page.click('#recovery-codes-continue');
  await page.locator('#id-token-claims').waitFor();
  await clear(200);

  await page.click('#sign-out');
  await page.waitForURL((url) => url.origin === server.demo);
  await page.locator('#sign-in').waitFor();
  await page.click('#sign-in');
  await onPage(page, '/login');
  await close();
});

test('the curl lines that it prints work as printed', async () => {
  const { execFileSync } = await import('node:child_process');
  const lines = server.output.replaceAll('\u001b', '').split('\n');
  const commands = [];
  for (let i = 0; i < lines.length; i++) {
    if (!/^\s*(\w+=\$\()?curl /.test(lines[i])) continue;
    let command = lines[i];
    while (command.endsWith('\\')) command += `\n${lines[++i]}`;
    commands.push(command);
  }
  assert.ok(commands.length >= 3, `three kinds of curl lines are printed:\n${server.output}`);
  const printed = execFileSync('sh', ['-ec', `${commands.join('\n')}`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.match(printed, /"active" *: *true/);
  assert.doesNotMatch(printed, /"error"/);
});
