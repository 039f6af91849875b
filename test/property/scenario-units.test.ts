import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatNs,
  formatPercent,
  formatRate,
  formatSize,
  formatTime,
  parseCount,
  parseRate,
  parseRatio,
  parseSectorCount,
  parseSize,
  parseTime,
  type Reading,
} from '../../src/units.ts';

const SEED = Number(process.env.SPARESTORM_SEED ?? 1);

const RUNS = { seed: SEED, numRuns: 2000 };

/** Reports keep three significant digits, so what is read back may be off by half of the third. */
const HALF_A_DIGIT = 0.005001;

function expectClose(reading: Reading, value: number): void {
  expect(reading.ok).toBe(true);
  if (reading.ok) expect(Math.abs(reading.value - value)).toBeLessThanOrEqual(value * HALF_A_DIGIT);
}

describe(`quantities (seed ${SEED})`, () => {
  it('a size written exactly reads as itself', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes });
      }),
      RUNS,
    );
  });

  it('a time written exactly reads as itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), fc.nat(15), (ns, zeros) => {
        const value = Math.floor(ns / 10 ** zeros) * 10 ** zeros;
        expect(parseTime(formatTime(value))).toEqual({ ok: true, value });
      }),
      RUNS,
    );
  });

  it('what a report shows reads as the value to three significant digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), fc.nat(13), (number, zeros) => {
        const value = Math.floor(number / 10 ** zeros);
        expectClose(parseTime(formatNs(value)), value);
        expectClose(parseSize(formatBytes(value)), value);
        expectClose(parseCount(formatCount(value)), value);
        expectClose(parseRate(formatRate(value)), value);
      }),
      RUNS,
    );
  });

  it('a percentage reads as the ratio to three significant digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (millionths) => {
        expectClose(parseRatio(formatPercent(millionths / 1e6)), millionths / 1e6);
      }),
      RUNS,
    );
  });

  it('a reader answers anything with a safe value or a sentence, and never throws', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^[0-9.]{0,20}[a-zA-Zµ%/]{0,5}[0-9]{0,3}$/),
      fc.double(),
      fc.integer(),
    );
    fc.assert(
      fc.property(anything, (written) => {
        for (const parse of [
          parseSize,
          parseSectorCount,
          parseCount,
          parseTime,
          parseRatio,
          parseRate,
        ]) {
          const reading = parse(written);
          if (reading.ok) {
            expect(reading.value).toBeGreaterThanOrEqual(0);
            expect(reading.value).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
          } else expect(reading.problem).not.toBe('');
        }
      }),
      RUNS,
    );
  });
});
