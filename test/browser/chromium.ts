import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

/** Where Chromium usually is; `CHROMIUM` names another place. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = process.env.CHROMIUM ?? places.find((place) => existsSync(place));

/** A suite in a real browser. Where there is none it is skipped and says so, but not in CI: there it fails. */
export const describeInBrowser = (name: string, suite: () => void): void => {
  if (executablePath || process.env.CI) describe(name, suite);
  else describe.skip(`${name} (skipped: no Chromium in ${places.join(', ')}; name one with CHROMIUM)`, suite);
};

/** Starts Chromium so that it talks to loopback alone. Rejects when there is none. */
export const openBrowser = (): Promise<Browser> => {
  if (!executablePath) throw new Error(`No Chromium in ${places.join(', ')}; install it, or name it with CHROMIUM.`);
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-lcd-text',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
};

export type Visit = {
  readonly width?: number;
  readonly dark?: boolean;
  readonly script?: boolean;
};

/** A browser window of its own, with everything that it complained about. */
export const openPage = async (browser: Browser, { width = 1280, dark = false, script = true }: Visit = {}) => {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  context.setDefaultTimeout(60_000); // before the test is given up: what was waited for in vain is then named
  const page: Page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, complaints, close: () => context.close() };
};
