import { expect, test } from 'vitest';
import { EVIDENCE_LIMIT } from '../../../src/check/check.ts';
import { broken, counted, timeText } from '../../../src/check/finding.ts';

test('moments are microseconds in the first millisecond and milliseconds after it', () => {
  expect(timeText(0)).toBe('0.000 µs');
  expect(timeText(999_999)).toBe('999.999 µs');
  expect(timeText(1_204_000)).toBe('1.204 ms');
});

test('a count goes with its noun', () => {
  expect([0, 1, 2].map((count) => counted(count, 'spare'))).toEqual([
    '0 spares',
    '1 spare',
    '2 spares',
  ]);
});

test('the first pieces of evidence are quoted, and the count is kept', () => {
  const evidence = Array.from({ length: 20 }, (_, index) => ({ text: `${index}` }));
  const finding = broken(20, '', evidence);
  expect(finding.count).toBe(20);
  expect(finding.evidence).toEqual(evidence.slice(0, EVIDENCE_LIMIT));
});
