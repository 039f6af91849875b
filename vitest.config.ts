import { defineConfig } from 'vitest/config';

const common = { pool: 'forks', testTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/{unit,property,model,canary}/**/*.test.ts', 'test/tidy.test.ts'],
        },
      },
      {
        test: {
          ...common,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/**/*.long.test.ts'],
          // These start threads of load: one file at a time, after all others are done.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
