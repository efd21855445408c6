import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What `npm run test:package` runs: it packs and installs, one after another, and is no part of `npm test`. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..', '..'),
    include: ['test/package/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
