import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/global-setup.ts',
    maxWorkers: '100%', // virtual time stands still while a handler works, so a loaded machine is only slower
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
