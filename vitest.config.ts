import { defineConfig } from 'vitest/config';

/** Integration tests that start no threads of load, and may run beside others. */
const WITHOUT_THREADS = ['fuzz-scenario', 'documents', 'library'].map(
  (name) => `test/integration/${name}.test.ts`,
);

/** Two files at a time, which is all of the smallest machine; by itself vitest leaves a core free. */
const common = { pool: 'forks', testTimeout: 60_000, maxWorkers: 2 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: [
            'test/{unit,property,model,canary}/**/*.test.ts',
            'test/tidy.test.ts',
            ...WITHOUT_THREADS,
          ],
          exclude: ['test/**/*.long.test.ts'],
          // No test leaves anything behind in a module, so files may share them.
          isolate: false,
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/**/*.long.test.ts', ...WITHOUT_THREADS],
          // These start programs with threads of load: after all others are done.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
