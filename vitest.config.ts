import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file opens stores of its own; three at a time fit a small machine, since some wait more than they work.
    maxWorkers: 3,
    // Loading everything anew for each file took a fifth of the time: what a file makes is ended with it (tests/support/ends.ts).
    isolate: false,
    setupFiles: ['tests/support/setup.ts'],
    sequence: { shuffle: false },
  },
});
