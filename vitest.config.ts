import { defineConfig } from 'vitest/config';

/** They run in real time, with processes and browsers of their own: one after another, when everything else has ended. */
const inRealTime = [
  'test/browser/*.test.ts',
  'test/cli/npx.test.ts',
  'test/e2e/e2e.test.ts',
  'test/local/kill.test.ts',
  'test/local/start.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    maxWorkers: '100%', // virtual time stands still while a handler works, so a loaded machine is only slower
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: inRealTime,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'real time',
          include: inRealTime,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
