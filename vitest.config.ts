import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,property,model,canary,integration}/**/*.test.ts', 'test/tidy.test.ts'],
    exclude: ['test/**/*.long.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
  },
});
