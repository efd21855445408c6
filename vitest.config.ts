import { globSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** They run in real time, with processes and browsers of their own: one after another, when everything else has ended. */
const inRealTime = [
  'test/browser/*.test.ts',
  'test/cli/npx.test.ts',
  'test/e2e/e2e.test.ts',
  'test/local/full-disk.test.ts',
  'test/local/kill.test.ts',
  'test/local/service.test.ts',
  'test/local/start.test.ts',
];

const gone = inRealTime.filter((pattern) => globSync(pattern).length === 0);
if (gone.length > 0)
  throw new Error(`vitest.config.ts names ${gone.join(', ')}, which is not there: name it as it is now.`);

// Limits are there for what hangs. What is only slow, on a machine that has other work, is not wrong.
const [hangsAfterMs, inRealTimeAfterMs] = [180_000, 300_000];

export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    maxWorkers: '100%', // virtual time stands still while a handler works, so a loaded machine is only slower
    testTimeout: hangsAfterMs,
    hookTimeout: hangsAfterMs,
    expect: { poll: { timeout: hangsAfterMs / 3 } }, // before the test is given up: what was waited for is then shown
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          // The bench's peers have theirs below test; what installs the package is npm run test:package.
          exclude: [...inRealTime, '**/node_modules/**', 'test/package/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real time',
          include: inRealTime,
          testTimeout: inRealTimeAfterMs,
          hookTimeout: inRealTimeAfterMs,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
