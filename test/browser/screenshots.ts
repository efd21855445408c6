import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { nowMs } from '../console/scenes.ts';
import { openBrowser, openPage, type Visit } from './chromium.ts';
import { openViews } from './views.ts';

type Picture = Visit & {
  readonly view: string;
  readonly height: number;
  readonly first?: (page: Page) => Promise<void>;
};

/** Fills in the emergency's form and presses, so that the question stands before it. */
const press = async (page: Page): Promise<void> => {
  await page.getByLabel("Type the gateway's name").fill('orders');
  await page.getByLabel('Your name').fill('Bob');
  await page.getByLabel('Why').fill('token found in a public repository');
  await page.getByRole('button', { name: 'Replace first' }).click();
  await page.getByRole('dialog').waitFor();
};

/** Leads to the kits, and opens none of them. */
const toKits = (page: Page): Promise<void> => page.getByRole('link', { name: /kits \(\d+ late\)/ }).click();

/** Opens the steps of the newest rotation. */
const openSteps = (page: Page): Promise<void> => page.locator('summary').first().click();

const phone = { width: 390, height: 844 };
const pictures: Readonly<Record<string, Picture>> = {
  gateways: { view: 'gateways', height: 960 },
  'first-start': { view: 'nothing yet', height: 480 },
  failed: { view: 'kits failed', height: 960 },
  'many-kits': { view: 'many kits', height: 960, first: toKits },
  history: { view: 'history', height: 960, first: openSteps },
  'gateways-phone': { view: 'gateways', ...phone },
  rotating: { view: 'rotating', height: 1240 },
  'rotating-dark': { view: 'rotating', height: 1240, dark: true },
  'rotating-phone': { view: 'rotating', ...phone, dark: true },
  emergency: { view: 'emergency', height: 960, first: press },
  'emergency-phone': { view: 'emergency', ...phone },
  compromised: { view: 'compromised', height: 1240 },
  'compromised-dark': { view: 'compromised', height: 1240, dark: true },
};

const folder = join(import.meta.dirname, '../../docs/pictures');
const server = await openViews();
const browser = await openBrowser();
try {
  for (const [name, { view, height, first, ...how }] of Object.entries(pictures)) {
    const { page, close } = await openPage(browser, how);
    await page.setViewportSize({ width: how.width ?? 1160, height });
    await page.clock.install({ time: nowMs });
    await page.goto(server.link());
    await page.locator('.gcr h1').waitFor();
    await page.goto(`${page.url()}?view=${view}`);
    await page.clock.runFor(3_000);
    await page.getByText('As of').waitFor();
    await first?.(page);
    const path = join(folder, `console-${name}.png`);
    await page.screenshot({ path, caret: 'hide' });
    await close();
    console.log(`${path}: ${statSync(path).size} bytes`);
  }
} finally {
  await browser.close();
  await server.close();
}
