import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file opens stores of its own; two at a time fit a small machine.
    maxWorkers: 2,
    sequence: { shuffle: false },
  },
});
