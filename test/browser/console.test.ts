import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { linesOfFile } from '../../lib/cli/evidence-file.ts';
import { verifyEvidenceLines } from '../../lib/cli/verify-evidence.ts';
import { describeInBrowser, openBrowser, openPage, type Visit } from './chromium.ts';
import { demoGateway, openConsole, quietGateway } from './console.ts';

/** Runs as a script wherever it is not escaped; each place that it can come from adds its own name to what has run. */
const hostile = (where: string): string =>
  `"'></title><img src=x onerror="document.documentElement.dataset.run='${where}'"><script>document.documentElement.dataset.run='${where}'</script>`;

let browser: Browser;
let system: Awaited<ReturnType<typeof openConsole>>;
let opened: Awaited<ReturnType<typeof openPage>> | undefined;

describeInBrowser('the console in a browser', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    system = await openConsole(inject('template'), [demoGateway('orders'), quietGateway('hostile', hostile('owner'))]);
    await vi.waitFor(async () => expect(await atRest()).toBe(true), { timeout: 60_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });
  afterEach(async () => {
    await opened?.close();
  });

  const atRest = async (): Promise<boolean> => {
    const { rotation, live } = await system.gateway('orders');
    return rotation === undefined && live.length === 1;
  };
  const visit = async (how: Visit = {}): Promise<Page> => {
    opened = await openPage(browser, how);
    await opened.page.goto(system.link());
    await opened.page.getByRole('heading', { name: 'Gateways' }).waitFor();
    return opened.page;
  };
  /** Fills in and sends the form of an act, once its dialog was confirmed if there is one. */
  const act = async (page: Page, button: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
    await page.locator('#console').getByRole('button', { name: button }).click();
  };

  it('shows the gateways and one of them without its script', async () => {
    const page = await visit({ script: false });
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { name: 'orders' }).waitFor();
    for (const name of ['Now', 'Credentials', 'Use over time', 'Kits', 'Unregistered sources', 'Past rotations'])
      expect(await page.getByRole('heading', { name, exact: true }).isVisible()).toBe(true);
    for (const name of ['kong-public', 'invoices', 'warehouse'])
      expect(await page.getByRole('rowheader', { name }).first().isVisible()).toBe(true);
    expect(await page.content()).not.toMatch(/gwc_/);
  });

  it('shows a rotation from the form to its end, by itself', async () => {
    const before = (await system.gateway('orders')).live[0]?.credentialId ?? '';
    const page = await visit();
    await page.getByRole('link', { name: 'orders', exact: true }).click();
    await page.getByRole('link', { name: 'Rotate now…' }).click();
    await act(page, 'Rotate', { 'Your name': 'Alice', Why: 'quarterly' });
    await page.getByRole('status').filter({ hasText: 'Rotate now: done.' }).waitFor();
    await page.getByText('manual rotation').first().waitFor();
    await page
      .getByRole('status')
      .filter({ hasText: /^orders: At rest$/ })
      .waitFor();
    await page.getByRole('row', { name: /Manual rotation completed.*quarterly.*Alice/ }).waitFor();
    expect(await page.getByText('Rotate now: done.').isVisible()).toBe(true);
    const after = (await system.gateway('orders')).live.map(({ credentialId }) => credentialId);
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
    expect(opened?.complaints).toEqual([]);
  });

  it('takes a compromised credential from the button to its refusal, by keyboard alone', async () => {
    const thief = await system.thief('orders');
    expect(await thief()).toBe(200);
    const page = await visit();
    await tabTo(page, 'orders');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'orders' }).waitFor();
    await tabTo(page, 'Compromised: replace now…');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Compromised: replace orders now' }).waitFor();
    expect(await page.getByText('3 of 3 kits cut off').isVisible()).toBe(true);
    for (const [label, value] of [
      ["Type the gateway's name: orders", 'orders'],
      ['Your name', 'Bob'],
      ['Why', 'token found in a public repository'],
    ] as const) {
      await tabTo(page, label);
      await page.keyboard.type(value);
    }
    await tabTo(page, 'Refuse now');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /orders: refuse \w{10} NOW\? 3 kits will be cut off/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'pressed.' }).waitFor();
    await expect.poll(thief).toBe(401);
    await page
      .getByRole('status')
      .filter({ hasText: /^orders: At rest$/ })
      .waitFor();
    await page.getByRole('row', { name: /Compromise rotation completed.*public repository.*Bob/ }).waitFor();
    expect(await (await system.thief('orders'))()).toBe(200);
    expect(await thief()).toBe(401);
  });

  it('opens the emergency of a gateway from the start page', async () => {
    const page = await visit({ script: false });
    await page.getByRole('link', { name: 'Compromised… orders' }).click();
    await page.getByRole('heading', { name: 'Compromised: replace orders now' }).waitFor();
    await page.getByRole('button', { name: 'Refuse now' }).waitFor();
  });

  it('says on every page and in its title which deployment it is', async () => {
    const page = await visit({ script: false });
    const start = page.url();
    for (const [query, title] of [
      ['', 'Gateway credentials, this machine, nothing kept'],
      ['view=gateway&gatewayId=orders', 'orders: gateway credentials, this machine, nothing kept'],
      ['view=history&gatewayId=orders', 'orders: gateway credentials, this machine, nothing kept'],
      ['view=act&gatewayId=orders&act=compromise', 'orders: gateway credentials, this machine, nothing kept'],
      ['view=none', 'Gateway credentials, this machine, nothing kept'],
    ] as const) {
      await page.goto(`${start}?${query}`);
      expect(await page.title()).toBe(title);
      expect(await page.getByText('This machine', { exact: true }).isVisible()).toBe(true);
    }
  });

  it('hands out the evidence of a rotation from its history, as a file that --verify takes', async () => {
    const page = await visit({ script: false });
    await page.goto(`${page.url()}?view=history&gatewayId=orders`);
    const started = page.waitForEvent('download');
    await page
      .getByRole('link', { name: /^Download the evidence/ })
      .first()
      .click();
    const file = await started;
    expect(file.suggestedFilename()).toMatch(/^evidence-orders-[0-9a-f-]{36}\.json$/);
    const found = verifyEvidenceLines(linesOfFile(await file.path()), { expectedKey: undefined, chain: true });
    expect(found).toMatchObject({ isGood: true, document: { record: { gatewayId: 'orders' } } });
  });

  it('leads to help that stands beside it, and keeps what is filled in', async () => {
    const page = await visit({ script: false });
    await page.goto(`${page.url()}?view=act&gatewayId=orders&act=compromise`);
    await page.getByLabel('Why').fill('half a sent');
    const opening = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Help: The emergency' }).click();
    const helpPage = await opening;
    await helpPage.getByRole('heading', { name: 'The emergency' }).waitFor();
    await helpPage.getByRole('link', { name: 'when a kit is late' }).first().click();
    await helpPage.getByRole('heading', { name: 'When a kit is late' }).waitFor();
    expect(await page.getByLabel('Why').inputValue()).toBe('half a sent');
    expect(opened?.complaints).toEqual([]);
  });

  it('refuses a press with another name, and says so beside the form', async () => {
    const before = await system.gateway('orders');
    const page = await visit();
    await page.goto(`${page.url()}?view=act&gatewayId=orders&act=compromise`);
    const fields = { "Type the gateway's name: orders": 'order', 'Your name': 'Bob', Why: 'a mistake' };
    await act(page, 'Refuse now', fields);
    await page.getByRole('dialog').getByRole('button', { name: 'Refuse now' }).click();
    await page.getByRole('alert').filter({ hasText: 'refused' }).waitFor();
    await page.getByRole('heading', { name: 'Press' }).waitFor();
    expect((await system.gateway('orders')).presses).toEqual(before.presses);
  });

  it('acts without its script', async () => {
    const page = await visit({ script: false });
    await page.goto(`${page.url()}?view=act&gatewayId=hostile&act=plan`);
    await act(page, 'Plan', { 'Your name': 'Alice', Why: 'without script' });
    await page.getByText('Plan: done.').waitFor();
  });

  it('runs nothing that an owner, an actor, a reason or an address brings in', async () => {
    const page = await visit();
    const start = page.url();
    await page.goto(`${start}?view=act&gatewayId=hostile&act=hold`);
    await act(page, 'Hold', { 'Your name': hostile('actor').slice(0, 100), Why: hostile('reason').slice(0, 256) });
    await page.getByText('Hold: done.').waitFor();
    await page.getByText("dataset.run='reason'").first().waitFor();
    for (const query of [
      'view=gateway&gatewayId=hostile',
      'view=history&gatewayId=hostile',
      `view=gateways&filter=${encodeURIComponent(hostile('filter')).slice(0, 64)}`,
      `view=gateway&gatewayId=${encodeURIComponent(hostile('gateway'))}`,
      `view=${encodeURIComponent(hostile('view'))}`,
    ]) {
      await page.goto(`${start}?${query}`);
      await page.locator('.gcr h1').waitFor();
      expect(await page.evaluate('document.documentElement.dataset.run')).toBeUndefined();
      expect(await page.locator('#console img, #console script').count()).toBe(0);
    }
    expect(opened?.complaints).toEqual([]);
  });
});

/** Presses Tab until the element with this name or label has the focus. */
const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let presses = 0; presses < 60; presses++) {
    const focused = await page.evaluate(
      '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()',
    );
    if (focused === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Nothing named ${name} can be reached by Tab.`);
};
