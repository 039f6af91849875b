import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ActiveTimes } from '../../../src/load/active-times.ts';
import type { ThreadSegment } from '../../../src/scenario/plan.ts';

const SEGMENT = fc.record({
  forNs: fc.integer({ min: 1, max: 40 }),
  fromCount: fc.integer({ min: 0, max: 4 }),
  toCount: fc.integer({ min: 0, max: 4 }),
});

/** Threads at work at a moment inside a segment: a line between its ends. */
function countAt(segments: readonly ThreadSegment[], now: number): number {
  let startNs = 0;
  for (const { forNs, fromCount, toCount } of segments) {
    if (now < startNs + forNs) {
      return fromCount + ((toCount - fromCount) * (now - startNs)) / forNs;
    }
    startNs += forNs;
  }
  return 0;
}

it('a thread is at work while more are than its number', () => {
  fc.assert(
    fc.property(fc.array(SEGMENT, { minLength: 1, maxLength: 5 }), (segments) => {
      const endNs = segments.reduce((sum, { forNs }) => sum + forNs, 0);
      for (const thread of [0, 1, 2, 3]) {
        const active = new ActiveTimes(segments, thread);
        for (let now = 0.37; now < endNs; now += 1) {
          const count = countAt(segments, now);
          if (Math.abs(count - thread) < 1e-9) continue;
          expect(active.nextFrom(now) === now).toBe(count > thread);
        }
        expect(active.nextFrom(endNs)).toBe(Number.POSITIVE_INFINITY);
      }
    }),
  );
});

it('joins late on a ramp up, and comes back after a pause', () => {
  const active = new ActiveTimes(
    [
      { forNs: 400, fromCount: 0, toCount: 4 },
      { forNs: 100, fromCount: 0, toCount: 0 },
      { forNs: Number.POSITIVE_INFINITY, fromCount: 4, toCount: 4 },
    ],
    2,
  );
  expect([0, 199, 200, 399].map((now) => active.nextFrom(now))).toEqual([200, 200, 200, 399]);
  expect([400, 450, 1e12].map((now) => active.nextFrom(now))).toEqual([500, 500, 1e12]);
});
