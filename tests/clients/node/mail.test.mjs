// What people do with mail, as a newcomer tries it: `chancery dev`, whose mail is on /dev/mail.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inspect, newPerson, onPage, startBrowser, submitSignIn, textOf } from '../browser.mjs';
import { Server, until } from '../harness.mjs';

const PASSWORD = 'seven llamas knit copper socks';

let server, browser;
let serial = 0;

before(async () => {
  [server, browser] = await Promise.all([Server.startWithDemo(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Somebody with a confirmed address. */
function someone() {
  const username = `person${++serial}`;
  const person = { username, password: `the long password of ${username}`, email: `${username}@example.test` };
  server.apply({ user: [{ username, password: person.password, email: person.email, email_verified: true }] });
  return person;
}

/** Reads the newest mail to an address on /dev/mail, in a window of its own: `{link, code}`. */
async function readMail(context, address, subject) {
  const page = await context.newPage();
  const row = page.locator('#dev-mail-list a', { hasText: address }).filter({ hasText: subject }).first();
  await until(`a mail to ${address}`, async () => {
    await page.goto(`${server.issuer}/dev/mail`);
    return await row.count() > 0;
  });
  await row.click();
  const text = await page.locator('.mail-text').innerText();
  const links = await page.locator('.mail-text a').evaluateAll((all) => all.map((a) => a.href));
  await page.close();
  return { link: links.find((href) => href.includes('token=')), code: /\b(\d{4} \d{4})\b/.exec(text)?.[1] };
}

for (const javaScriptEnabled of [true, false]) {
  const look = async (page, name) => { if (javaScriptEnabled) await inspect(page, name); };

  describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test('signs in with a code', async () => {
      const person = someone();
      const { context, page, close } = await newPerson(browser, { javaScriptEnabled });
      await page.goto(`${server.issuer}/login`);
      await look(page, 'mail-login');
      await page.click('#login-mail-code');
      await onPage(page, '/login/code');
      await look(page, 'mail-code');
      await page.fill('#username', person.email);
      await page.click('#mail-ask-submit');
      await page.locator('#code').waitFor();
      const { code } = await readMail(context, person.email, 'Sign in');
      await page.fill('#code', '0000 0000');
      await page.click('#code-submit');
      await page.locator('#code-error').waitFor();
      await look(page, 'mail-code-wrong');
      await page.fill('#code', code);
      await page.click('#code-submit');
      await page.locator('#home-sign-out').waitFor();
      await close();
    });

    test('signs in with the link beside it, and nowhere else', async () => {
      const person = someone();
      const { context, page, close } = await newPerson(browser, { javaScriptEnabled });
      await page.goto(`${server.issuer}/login`);
      await page.click('#login-mail-code');
      await page.fill('#username', person.username);
      await page.click('#mail-ask-submit');
      await page.locator('#code').waitFor();
      const { link } = await readMail(context, person.email, 'Sign in');
      const other = await newPerson(browser, { javaScriptEnabled });
      await other.page.goto(link);
      assert.match(await textOf(other.page), /Type the code instead/);
      await look(other.page, 'mail-link-elsewhere');
      await other.close();
      await page.goto(link);
      assert.ok(!page.url().includes('token='));
      await look(page, 'mail-link');
      await page.click('#link-submit');
      await page.locator('#home-sign-out').waitFor();
      await page.goto(link);
      assert.match(await textOf(page), /no longer works/);
      await look(page, 'mail-link-over');
      await close();
    });

    test('chooses a new password', async () => {
      const person = someone();
      const { context, page, close } = await newPerson(browser, { javaScriptEnabled });
      await page.goto(`${server.issuer}/login`);
      await page.click('#login-reset');
      await look(page, 'mail-reset');
      await page.fill('#username', person.username);
      await page.click('#mail-ask-submit');
      await page.locator('#mail-sent').waitFor();
      await look(page, 'mail-reset-sent');
      const { link } = await readMail(context, person.email, 'Reset');
      await page.goto(link);
      await look(page, 'mail-new-password');
      await page.fill('#password', 'password123');
      await page.click('#new-password-submit');
      await page.locator('#password-error').waitFor();
      await look(page, 'mail-new-password-weak');
      await page.fill('#password', PASSWORD);
      await page.click('#new-password-submit');
      await page.locator('#login-done').waitFor();
      await look(page, 'mail-login-done');
      await submitSignIn(page, { ...person, password: PASSWORD });
      await page.locator('#home-sign-out').waitFor();
      await close();
    });

    test('makes an account', async () => {
      const email = `newcomer${++serial}@example.test`;
      const { context, page, close } = await newPerson(browser, { javaScriptEnabled });
      await page.goto(`${server.issuer}/login`);
      await page.click('#login-sign-up');
      await onPage(page, '/sign-up');
      await look(page, 'sign-up');
      await page.fill('#email', email);
      await page.click('#mail-ask-submit');
      await page.locator('#mail-sent').waitFor();
      await look(page, 'sign-up-sent');
      const { link } = await readMail(context, email, 'Finish');
      await page.goto(link);
      await look(page, 'sign-up-form');
      await page.fill('#username', 'a b');
      await page.fill('#password', 'password');
      await page.click('#sign-up-submit');
      await page.locator('[aria-invalid=true]').first().waitFor();
      await look(page, 'sign-up-form-wrong');
      await page.fill('#username', email.split('@')[0]);
      await page.fill('#name', 'New Comer');
      await page.fill('#password', PASSWORD);
      await page.click('#sign-up-submit');
      await page.locator('#home-sign-out').waitFor();
      assert.match(await textOf(page), /New Comer/);
      await close();
    });

    test('changes the address', async () => {
      const person = someone();
      const email = `moved${serial}@example.test`;
      const { context, page, close } = await newPerson(browser, { javaScriptEnabled });
      await page.goto(`${server.issuer}/account/email`);
      await submitSignIn(page, person);
      await onPage(page, '/account/email');
      await look(page, 'account-email');
      await page.fill('#email', 'nonsense');
      await page.click('#email-change');
      await page.locator('#email-error').waitFor();
      await look(page, 'account-email-wrong');
      await page.fill('#email', email);
      await page.click('#email-change');
      await page.locator('#email-pending').waitFor();
      await look(page, 'account-email-pending');
      const { link } = await readMail(context, email, 'Confirm');
      await page.goto(link);
      await look(page, 'verify-email');
      await page.click('#link-submit');
      await look(page, 'verify-email-done');
      await page.click('#note-next');
      await onPage(page, '/account/email');
      assert.ok((await page.locator('#email-current').innerText()).includes(email));
      await close();
    });
  });
}
