import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, openBrowser, openPage } from './chromium.ts';
import { openViews, viewNames } from './views.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 AA, and what axe calls good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

type Violation = { id: string; nodes: { html: string; failureSummary: string }[] };

/** What is wrong with what a window shows now. */
const problemsOf = async (page: Page, name: string): Promise<readonly string[]> => {
  await page.evaluate(axe);
  const run = `axe.run(document, { runOnly: ${JSON.stringify(tags)} }).then(({ violations }) => violations)`;
  const violations = (await page.evaluate(run)) as Violation[];
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  return [
    ...violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
    ...(overflow > 0 ? [`${name}: ${overflow} pixels too wide`] : []),
  ];
};

/** How far the edge of the overlap stands out from what is behind the picture, as WCAG computes contrast. */
const contrastOfOverlap = async (page: Page): Promise<number> =>
  Number(
    await page.evaluate(`(() => {
      const luminance = (color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number)
        .map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
        .reduce((sum, one, index) => sum + one * [0.2126, 0.7152, 0.0722][index], 0);
      const edge = luminance(getComputedStyle(document.querySelector('svg .p-overlap')).stroke);
      const back = luminance(getComputedStyle(document.documentElement).backgroundColor);
      return (Math.max(edge, back) + 0.05) / (Math.min(edge, back) + 0.05);
    })()`),
  );

let browser: Browser;
let server: Awaited<ReturnType<typeof openViews>>;

describeInBrowser('every view of the console', () => {
  beforeAll(async () => {
    browser = await openBrowser();
    server = await openViews();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each([
    { width: 1280, dark: false },
    { width: 1280, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ])('is accessible and fits in $width pixels, dark: $dark', async (how) => {
    const { page, complaints, close } = await openPage(browser, how);
    await page.goto(server.link());
    await page.locator('.gcr h1').waitFor();
    const place = page.url();
    const found: string[] = [];
    for (const name of viewNames) {
      await page.goto(`${place}?view=${encodeURIComponent(name)}`);
      await page.locator('.gcr h1').waitFor();
      found.push(...(await problemsOf(page, name)));
    }
    await page.goto(`${place}docs/operate.md`);
    found.push(...(await problemsOf(page, 'the help')));
    await page.goto(`${place}?view=${encodeURIComponent('rotating')}`);
    expect(await contrastOfOverlap(page)).toBeGreaterThanOrEqual(3); // WCAG 1.4.11, which axe does not look at
    for (const closed of await page.locator('summary').all()) await closed.click();
    found.push(...(await problemsOf(page, 'rotating, opened')));
    await page.goto(`${place}?view=emergency`);
    for (const field of await page.locator('#console input:visible').all()) await field.fill('orders');
    await page.getByRole('button', { name: 'Refuse now' }).click();
    await page.getByRole('dialog').waitFor();
    found.push(...(await problemsOf(page, 'the question before an emergency')));
    expect(complaints).toEqual([]);
    await page.goto(server.url);
    found.push(...(await problemsOf(page, 'the way in')));
    await close();
    expect(found).toEqual([]);
  });
});
