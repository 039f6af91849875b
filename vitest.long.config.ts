import { defineConfig } from 'vitest/config';

const common = { pool: 'forks', testTimeout: 600_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'long',
          include: ['test/{unit,property,model,canary,mutants}/**/*.long.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'long integration',
          include: ['test/integration/**/*.long.test.ts'],
          // A fault that takes a race shows less often beside other threads: one file at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
