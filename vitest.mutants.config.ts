import { defineConfig } from 'vitest/config';
import { mutantsPlugin } from './test/mutants/plugin.ts';

/** For test/mutants/main.ts, which says what to hunt. */
export default defineConfig({
  plugins: [mutantsPlugin()],
  test: {
    include: ['test/mutants/hunt.run.ts'],
    pool: 'forks',
    maxWorkers: 1,
    execArgv: ['--expose-gc'],
  },
});
