import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { gatewayId, openRotated, type System } from '../support/system.ts';
import { describeInBrowser, openBrowser, openPage } from './chromium.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

let browser: Browser;
let system: System;
let opened: Awaited<ReturnType<typeof openPage>> | undefined;

/**
 * What CloudWatch does with a custom widget, from its documentation ("Details about custom widgets", "Interactivity in the
 * custom widget"): scripts, frames and `use` are taken out, an action belongs to the element right before it, asks first,
 * and calls its function with its parameters and the fields of all forms; the answer takes the widget's place.
 */
const cloudWatch = (theme: 'light' | 'dark') => `
const shown = document.querySelector('#widget');
const show = async (endpoint, parameters) => {
  const fields = [...shown.querySelectorAll('form [name]')].map(({ name, value }) => [name, value]);
  const forms = { all: Object.fromEntries(fields) };
  const text = await callFunction(endpoint, { ...parameters, widgetContext: { theme: '${theme}', forms, locale: 'en' } });
  const page = new DOMParser().parseFromString(text, 'text/html');
  for (const stripped of page.querySelectorAll('script, iframe, use')) stripped.remove();
  for (const action of page.querySelectorAll('cwdb-action')) action.previousElementSibling.dataset.action = JSON.stringify(
    Object.fromEntries([...action.attributes].map(({ name, value }) => [name, value]).concat([['given', action.textContent]])));
  for (const action of page.querySelectorAll('cwdb-action')) action.remove();
  shown.replaceChildren(...page.head.childNodes, ...page.body.childNodes);
};
shown.addEventListener('click', ({ target }) => {
  const { action, confirmation, endpoint, given } = JSON.parse(target.closest('[data-action]')?.dataset.action ?? '{}');
  if (action === 'call' && (!confirmation || confirm(confirmation))) show(endpoint, JSON.parse(given));
});
show('${arnOf('console')}', {});
`;

const openWidget = async (theme: 'light' | 'dark' = 'light'): Promise<Page> => {
  opened = await openPage(browser, { dark: theme === 'dark' });
  const { page } = opened;
  await page.exposeFunction('callFunction', (endpoint: string, event: object) =>
    system.call(endpoint.replace(arnOf(''), ''), event),
  );
  const back = theme === 'dark' ? '#121a24' : '#fff';
  await page.setContent(
    `<!doctype html><html lang="en"><head><title>Dashboard</title></head><body bgcolor="${back}"><main id="widget"></main></body></html>`,
  );
  await page.addScriptTag({ content: cloudWatch(theme) });
  await page.getByRole('heading', { name: 'Gateways' }).waitFor();
  return page;
};

const violations = async (page: Page): Promise<readonly string[]> => {
  await page.addScriptTag({ content: axe });
  const found = await page.evaluate('axe.run(document).then(({ violations }) => violations)');
  return (found as { id: string; nodes: { html: string }[] }[]).map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
};

describeInBrowser('the console as a widget of a CloudWatch dashboard', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    system = await openRotated();
  });
  afterAll(async () => {
    await browser?.close();
    await system?.close();
  });
  afterEach(() => opened?.close());

  it('leads from the list to a gateway, its record and back, by its own buttons', async () => {
    const page = await openWidget();
    await page.getByLabel('Name or label contains').fill('ord');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('1 gateway with "ord" in the name or a label').waitFor();
    await page.getByRole('button', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { name: 'orders' }).waitFor();
    await page.getByRole('button', { name: 'The whole record, step by step' }).click();
    await page.getByRole('heading', { name: 'History of orders' }).waitFor();
    await page.getByText('Evidence', { exact: false }).first().click();
    const command = await page.locator('.command').first().textContent();
    expect(command).toMatch(
      /^npx gateway-credentials evidence ([0-9a-f-]{36}) --gateway orders --out evidence-orders-\1\.json --stack \S+ --region us-east-1$/,
    );
    await page.getByRole('button', { name: 'Gateway orders' }).click();
    await page.getByRole('button', { name: 'All gateways' }).click();
    await page.getByRole('heading', { name: 'Gateways' }).waitFor();
    expect(opened?.complaints).toEqual([]);
  });

  it('shows one part of a gateway alone, since no address of the dashboard may change, and leads back to all of it', async () => {
    const page = await openWidget();
    await page.getByText(/^as of 20/).waitFor();
    expect(await page.locator('.deployment').textContent()).toMatch(
      /^AWS account 000000000000region us-east-1stack \w+as of .* UTC$/,
    );
    await page.getByRole('button', { name: 'orders', exact: true }).click();
    await page.getByRole('button', { name: '1 kit', exact: true }).click();
    await page.getByRole('button', { name: 'Everything' }).waitFor();
    expect(await page.getByRole('heading').allTextContents()).toEqual(['orders', 'Kits']);
    expect(await page.locator('a').count()).toBe(0);
    await page.getByRole('button', { name: 'Everything' }).click();
    await page.getByRole('heading', { name: 'Past rotations' }).waitFor();
  });

  it('opens the emergency of a gateway from the list', async () => {
    const page = await openWidget();
    await page.getByRole('button', { name: 'Compromised… orders' }).click();
    await page.getByRole('heading', { name: 'Compromised: replace orders now' }).waitFor();
  });

  it.for(['light', 'dark'] as const)('has nothing that axe finds fault with on a %s dashboard', async (theme) => {
    const page = await openWidget(theme);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'orders', exact: true }).click();
    await page.getByRole('heading', { name: 'orders' }).waitFor();
    for (const closed of await page.locator('summary').all()) await closed.click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'The whole record, step by step' }).click();
    await page.getByRole('heading', { name: 'History of orders' }).waitFor();
    for (const closed of await page.locator('summary').all()) await closed.click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Gateway orders' }).click();
    await page.getByRole('button', { name: 'Compromised: replace now…' }).click();
    await page.getByRole('heading', { name: 'Compromised: replace orders now' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('takes a compromised credential from the button to its refusal, once the question is answered', async () => {
    const [stolen] = (await system.gateway()).live;
    const value = stolen ? await system.credentialOf(stolen) : '';
    expect(await system.ask(value)).toBe(200);
    const page = await openWidget();
    await page.getByRole('button', { name: 'orders', exact: true }).click();
    await page.getByRole('button', { name: 'Compromised: replace now…' }).click();
    await page.getByLabel("Type the gateway's name: orders").fill(gatewayId);
    await page.getByLabel('Your name').fill('Bob');
    await page.getByLabel('Why').fill('token found in a public repository');

    page.once('dialog', (question) => question.dismiss());
    await page.getByRole('button', { name: 'Refuse now' }).click();
    expect((await system.gateway()).presses).toEqual([]);

    page.once('dialog', (question) => question.accept());
    await page.getByRole('button', { name: 'Refuse now' }).click();
    await page.getByRole('status').filter({ hasText: 'Compromised: replace now: pressed.' }).waitFor();
    expect(await system.ask(value)).toBe(401);
    expect((await system.gateway()).rotation?.begun).toMatchObject({ actor: 'claimed: Bob' });
  });
});
