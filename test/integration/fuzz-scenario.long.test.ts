import { test } from 'vitest';
import { fuzzScenarios, SEED } from '../support/fuzzed-scenario.ts';

test(`10,000 fuzzed scenarios, seed ${SEED}, give a plan or problems with a place`, () => {
  fuzzScenarios(10_000);
});
