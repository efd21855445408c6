import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ConsoleServer, startConsoleServer } from '../../lib/local/console/server.ts';
import { describeInBrowser, openBrowser, openPage } from './chromium.ts';

const everyMs = 3_000;

/** What the console function answers next, and what reached the one that acts. */
let html: string;
let acts: Record<string, string>[];
let holdBack: Promise<void>;
let server: ConsoleServer;
let browser: Browser;
let opened: Awaited<ReturnType<typeof openPage>>;

describeInBrowser('the page around the console', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    server = await startConsoleServer({
      port: 0,
      dataFolder: undefined,
      call: async (name, event) => {
        const fields = event as Record<string, string>;
        if (fields.view === 'acts') return `acts: ${acts.length}`;
        if (name === 'console') return html.replaceAll('TOKEN', fields.token ?? '');
        acts.push(fields);
        await holdBack;
        return '<p>done</p>';
      },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(() => {
    acts = [];
    holdBack = Promise.resolve();
  });
  afterEach(() => opened.close());

  /** Opens the console in a window whose clock stands still. */
  const visit = async (first: string, script = true): Promise<Page> => {
    html = first;
    opened = await openPage(browser, { script });
    if (script) await opened.page.clock.install();
    await opened.page.goto(server.link());
    await opened.page.waitForSelector('#console');
    return opened.page;
  };
  /** Lets the page read again, until it shows `text`. */
  const recheck = async (page: Page, next: string, text: string): Promise<void> => {
    html = next;
    await page.clock.runFor(everyMs);
    await page.getByText(text).waitFor();
  };
  const form = (confirmation = '') =>
    `<form method="post" action="?"><input type="hidden" name="token" value="TOKEN"><label>Why <input name="reason" value=""></label><button name="pressed" value="1" data-confirmation="${confirmation}">Hold</button></form>`;

  it('shows the newest state, and keeps what is typed, focused, opened and scrolled to', async () => {
    const row = (id: string) => `<li id="${id}"><a href="?view=gateway&amp;gatewayId=${id}">${id}</a></li>`;
    const view = (state: string, ids: string[]) =>
      `<p role="status">${state}</p><details><summary>more</summary>${state} inside</details><ul>${ids.map(row).join('')}</ul><p>${'<br>'.repeat(100)}</p>${form().replace('<label>', `${state}<label>`)}`;
    const page = await visit(view('rotating', ['a', 'b', 'c']));
    await page.getByText('more').click();
    await page.getByLabel('Why').fill('half a sent');
    await page.getByRole('link', { name: 'c' }).focus();
    await page.evaluate('scrollTo(0, 300)');
    const status = await page.$('[role=status]');
    await recheck(page, view('at rest', ['c', 'z', 'b']), 'at rest inside');
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['c', 'z', 'b']);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('c');
    expect(await page.evaluate('scrollY')).toBe(300);
    // What a form asks stays what it was when a person began to answer it.
    expect(await page.getByLabel('Why').inputValue()).toBe('half a sent');
    expect(await page.locator('#console form').textContent()).toBe('rotatingWhy Hold');
    expect(await page.evaluate('document.querySelector("details").open')).toBe(true);
    // The element is still the one it was: a screen reader announces what changes within a status that stays.
    expect(await status?.textContent()).toBe('at rest');
    expect(await status?.isVisible()).toBe(true);
    expect(opened.complaints).toEqual([]);
  });

  it('says that it is not up to date when it cannot read, and goes on when it can', async () => {
    const page = await visit('<p>first</p>');
    await opened.page.context().setOffline(true);
    await page.clock.runFor(everyMs);
    await page.getByRole('alert').filter({ hasText: 'not up to date' }).waitFor();
    await opened.page.context().setOffline(false);
    await recheck(page, '<p>second</p>', 'second');
    await page.getByText('As of').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('stands still when asked to', async () => {
    const page = await visit('<p>first</p>');
    await page.getByRole('button', { name: 'Pause' }).click();
    html = '<p>second</p>';
    await page.clock.runFor(3 * everyMs);
    expect(await page.locator('#console').textContent()).toBe('first');
    await page.getByRole('button', { name: 'Go on' }).click();
    await recheck(page, '<p>third</p>', 'third');
  });

  it('asks before an act that needs it, by keyboard too, and does nothing on Cancel or Escape', async () => {
    const page = await visit(form('Really hold?'));
    await page.getByLabel('Why').fill('night');
    for (const answer of ['Enter', 'Escape']) {
      await page.getByLabel('Why').press('Enter');
      await page.getByRole('dialog', { name: 'Really hold?' }).waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Cancel');
      await page.keyboard.press(answer);
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    expect(acts).toEqual([]);
    await page.getByRole('button', { name: 'Hold' }).press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('done').waitFor();
    expect(acts).toMatchObject([{ reason: 'night', pressed: '1' }]);
  });

  it('sends a form once, however often its button is pressed, and no other one with it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    holdBack = promise;
    const page = await visit(form('Really hold?') + form('Really force?').replace('>Hold<', '>Force<'));
    // In one go, because Playwright waits after each step until the page has gone, which a person does not.
    await page.evaluate(`(async () => {
      const [hold, force] = document.querySelectorAll('#console button');
      const question = document.querySelector('dialog');
      const closed = () => new Promise((resolve) => question.addEventListener('close', resolve, { once: true }));
      hold.click();
      const answered = closed();
      question.querySelector('[value=yes]').click();
      await answered;
      while (!(await (await fetch('?view=acts')).text()).includes('acts: 1'));
      hold.click();
      force.click();
      const cancelled = closed();
      question.requestClose(); // what Escape does
      await cancelled;
    })()`);
    resolve();
    await page.getByText('done').waitFor();
    expect(acts).toHaveLength(1);
  });

  it('shows and acts without its script', async () => {
    const page = await visit(form('Really hold?'), false);
    await page.getByRole('link', { name: 'Read again' }).click();
    await page.getByLabel('Why').fill('night');
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('done').waitFor();
    expect(acts).toMatchObject([{ reason: 'night' }]);
  });

  it('runs no script that a name has brought in, were it not escaped', async () => {
    const page = await visit(
      `<img src="x" onerror="document.title='run'"><script>document.title='run'</script><a href="javascript:document.title='run'">go</a>`,
    );
    await page.getByRole('link', { name: 'go' }).click();
    await recheck(page, `<p>again</p><img src="y" onerror="document.title='run'">`, 'again');
    expect(await page.title()).toBe('Gateway credentials, this machine, nothing kept');
    expect(opened.complaints.join()).toMatch(/Content Security Policy/);
  });
});
