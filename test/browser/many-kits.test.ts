import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { showConsole } from '../../lambdas/console/show-page.ts';
import { type ConsoleServer, startConsoleServer } from '../../lib/local/console/server.ts';
import { gateways, kitsInUse, readingOf } from '../console/fleet.ts';
import { rotating } from '../console/scenes.ts';
import { describeInBrowser, openBrowser, openPage } from './chromium.ts';

const gatewayId = 'gateway-0';
let browser: Browser;
let server: ConsoleServer;
let opened: Awaited<ReturnType<typeof openPage>>;

/** The console function itself behind the page, with so many kits, of which one in ten is late. */
const visit = async (kits: number): Promise<Page> => {
  const gateway = rotating(gatewayId, {}, { shardCount: 128 });
  const needs = { ...readingOf(gateways(3), gateway, kitsInUse(kits)), actFunction: 'arn', stackName: 'stack' };
  server = await startConsoleServer({
    port: 0,
    dataFolder: undefined,
    call: (_, event) => showConsole(needs, event, 'arn'),
  });
  opened = await openPage(browser, { script: false });
  await opened.page.goto(server.link());
  await opened.page.getByRole('link', { name: gatewayId, exact: true }).click();
  return opened.page;
};

describeInBrowser('the kits of a gateway that has many', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await opened.close();
    await server.close();
  });
  const section = (page: Page) => page.getByRole('region', { name: 'Kits' });
  /** How far below the top of the window the kits begin. */
  const offset = async (page: Page) =>
    (await section(page).getByRole('heading', { name: 'Kits' }).boundingBox())?.y ?? Number.NaN;
  const rows = (page: Page) => section(page).getByRole('rowheader');

  it.each([300, 10_000])(
    '%i of them are a page at a time, late ones first, and one link shows only these, without scripts',
    async (count) => {
      const page = await visit(count);
      await page.getByRole('link', { name: `${count} kits (${count / 10} late)` }).click();
      expect(await offset(page)).toBeLessThan(200);
      expect(await rows(page).count()).toBe(50);
      expect(
        await section(page)
          .getByText(`${count / 10} still on predecessor`)
          .count(),
      ).toBe(1); // summed up above them
      expect(await section(page).getByText('still on predecessor', { exact: true }).count()).toBe(
        Math.min(50, count / 10),
      );
      await section(page)
        .getByRole('link', { name: `Only late ${count / 10}` })
        .click();
      expect(await rows(page).count()).toBe(Math.min(50, count / 10));
      expect(await section(page).getByText('still on predecessor', { exact: true }).count()).toBe(
        await rows(page).count(),
      );
      // The list that was asked for is in sight at once.
      expect(await offset(page)).toBeLessThan(200);
      await section(page).getByLabel('Name, kind, owner or label contains').fill('team-11@');
      await section(page).getByRole('button', { name: 'Filter' }).click();
      expect(await section(page).getByText('No kit is like that.').count()).toBe(1); // all of this team have moved
      await section(page)
        .getByRole('link', { name: `All ${count}` })
        .click();
      expect(await section(page).getByRole('table').textContent()).toContain('team-11@example.com');
      expect(await section(page).getByText('observed').count()).toBeGreaterThan(0);
    },
  );
});
