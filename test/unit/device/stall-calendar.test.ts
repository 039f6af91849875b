import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StallCalendar } from '../../../src/device/stall-calendar.ts';
import type { StallPlan } from '../../../src/scenario/plan.ts';

/**
 * Goal: work is done when the device has served for as long as it takes, counted while it does not
 * stand still.
 *
 * Method: cases by hand, and against a model that goes forward one nanosecond at a time.
 */
function endOf(stalls: readonly StallPlan[], beginNs: number, workNs: number): number {
  const span = Float64Array.of(beginNs, workNs, -1);
  new StallCalendar(stalls).finish(span, 0, 1, 2);
  return span[2] as number;
}

const once = { atNs: 100, forNs: 50, everyNs: null };

describe('a stall', () => {
  it.each([
    ['before it', 0, 100, 100],
    ['that would end one later', 0, 101, 151],
    ['in its midst', 120, 10, 160],
    ['at its begin', 100, 0, 150],
    ['at its end', 150, 10, 160],
    ['around all of it', 90, 20, 160],
  ])('prolongs work %s', (_, beginNs, workNs, endNs) => {
    expect(endOf([once], beginNs, workNs)).toBe(endNs);
  });

  it('comes again and again', () => {
    expect(endOf([{ ...once, everyNs: 200 }], 0, 400)).toBe(500);
    expect(endOf([{ ...once, everyNs: 200 }], 1_000_000_310, 1)).toBe(1_000_000_351);
  });
});

describe('several stalls', () => {
  const stall = fc
    .record({
      atNs: fc.integer({ min: 0, max: 60 }),
      forNs: fc.integer({ min: 1, max: 9 }),
      gapNs: fc.option(fc.integer({ min: 25, max: 40 })),
    })
    .map(({ atNs, forNs, gapNs }) => ({
      atNs,
      forNs,
      everyNs: gapNs === null ? null : forNs + gapNs,
    }));

  it('are together what a walk through time finds', () => {
    fc.assert(
      fc.property(
        fc.array(stall, { maxLength: 3 }),
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 150 }),
        (stalls, beginNs, workNs) => {
          expect(endOf(stalls, beginNs, workNs)).toBe(walk(stalls, beginNs, workNs));
        },
      ),
    );
  });
});

function walk(stalls: readonly StallPlan[], beginNs: number, workNs: number): number {
  const stands = (now: number) =>
    stalls.some(({ atNs, forNs, everyNs }) => {
      if (now < atNs) return false;
      const since = everyNs === null ? now - atNs : (now - atNs) % everyNs;
      return since < forNs;
    });
  let now = beginNs;
  while (workNs === 0 && stands(now)) now++;
  for (let left = workNs; left > 0; now++) if (!stands(now)) left--;
  return now;
}
