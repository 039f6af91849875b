import { test } from 'vitest';
import { fuzzScenarios, SEED } from '../support/fuzzed-scenario.ts';

/** Goal and method of support/fuzzed-scenario.ts; the long tests take ten times as many texts. */
test(`1,000 fuzzed scenarios, seed ${SEED}, give a plan or problems with a place`, () => {
  fuzzScenarios(1000);
});
