import { defineConfig } from 'vitest/config';

/**
 * Five kinds of test, by what they need: nothing; nothing but half a minute; the local engine's DynamoDB; a deployed local
 * clinic; a clinic of their own to start, kill and start again.
 */
export default defineConfig({
  test: {
    // The default leaves a core free, which on two cores means one worker.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['functions/*/core/**'],
      reporter: ['text'],
      thresholds: { statements: 98, branches: 94, functions: 97, lines: 98 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          environment: 'node',
          isolate: false,
          pool: 'threads',
          // Against hanging only: how long a test takes on a busy machine says nothing.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'exhaustive',
          include: ['test/exhaustive/**/*.test.ts'],
          environment: 'node',
          isolate: false,
          pool: 'threads',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/integration/setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'restarts',
          include: ['test/e2e/restarts/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
