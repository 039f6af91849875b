import { expect, test } from 'vitest';
import { EXIT, EXIT_MEANINGS, SEVERITY, worstExitCode } from '../../src/errors.ts';
import { OUTCOMES } from '../../src/report/result-schema.ts';
import { OUTCOME_EXITS, OUTCOME_ORDER } from '../../src/report/verdict.ts';

test('every exit code is told, and all that a run can end with are ranked once', () => {
  for (const name of Object.keys(EXIT)) {
    const { brief, meaning } = EXIT_MEANINGS[name as keyof typeof EXIT];
    expect([name, brief === '', meaning === '']).toEqual([name, false, false]);
  }
  // Nothing was run, so there is nothing to rank it with.
  const ofRuns = Object.values(EXIT).filter((code) => code !== EXIT.usage);
  expect([...SEVERITY].sort()).toEqual(ofRuns.sort());
});

test('a violation wins over all, and all over what held', () => {
  for (const code of SEVERITY) {
    expect(worstExitCode([EXIT.held, code])).toBe(code);
    expect(worstExitCode([code, EXIT.integrity])).toBe(EXIT.integrity);
  }
  expect(worstExitCode([])).toBe(EXIT.held);
});

test('every outcome of a run has its place and its exit code', () => {
  expect([...OUTCOME_ORDER].sort()).toEqual([...OUTCOMES].sort());
  expect(OUTCOME_ORDER.map((outcome) => EXIT[OUTCOME_EXITS[outcome]])).toEqual([
    4, 3, 130, 1, 1, 0,
  ]);
});
