import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The tour moves the clock on by weeks: it goes before the tests that plan texts, which would all become due on its way. */
class TourFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isTour = ({ moduleId }: TestSpecification) => moduleId.endsWith('/tour.test.ts');
    return [...sorted.filter(isTour), ...sorted.filter((file) => !isTour(file))];
  }
}

/**
 * Five kinds of test, by what they need: nothing; nothing but half a minute; the local engine's DynamoDB; a deployed local
 * clinic; a clinic of their own to start, kill and start again.
 */
export default defineConfig({
  test: {
    // The default leaves a core free, which on two cores means one worker.
    maxWorkers: '100%',
    sequence: { sequencer: TourFirst },
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
          // Longer than what a test waits for may take: then it says what it waited for in vain.
          testTimeout: 900_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'restarts',
          include: ['test/e2e/restarts/*.test.ts'],
          globalSetup: ['test/e2e/restarts/setup.ts'],
          setupFiles: ['test/e2e/restarts/enter.ts'],
          testTimeout: 400_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
