import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SearchPlan } from '../../../src/scenario/plan.ts';
import { type Answer, searchHighest } from '../../../src/search/highest.ts';
import { scaleOf } from '../../../src/search/scale.ts';

const PLAN: SearchPlan = {
  key: 'load.rate',
  conditions: ['read.p99 < 1ms'],
  from: 1,
  to: 1000,
  unit: '',
  isWhole: true,
  tolerance: 0.05,
  scale: 'geometric',
};

const search = (
  answer: (value: number, attempt: number) => boolean | 'ended',
  overrides: Partial<SearchPlan> = {},
) => {
  const plan = { ...PLAN, ...overrides };
  const attempts = new Map<number, number>();
  const probe = async (value: number): Promise<Answer> => {
    const attempt = (attempts.get(value) ?? 0) + 1;
    attempts.set(value, attempt);
    const held = answer(value, attempt);
    if (held === 'ended') return 'ended';
    return held ? 'held' : 'failed';
  };
  return searchHighest(plan.from, plan.to, scaleOf(plan), probe);
};

describe('of conditions that hold up to some value', () => {
  test.each(['geometric', 'arithmetic'] as const)(
    'what is found by %s bisection is within the tolerance of it, and never above',
    async (scale) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 999 }), async (limit) => {
          const { found, failed, tried, heldBeyond, unconfirmed } = await search(
            (value) => value <= limit,
            { scale },
          );
          expect(found).not.toBeNull();
          expect(found as number).toBeLessThanOrEqual(limit);
          expect(failed as number).toBeGreaterThan(limit);
          // Near by the tolerance, or next to one another.
          const gap = (failed as number) - (found as number);
          expect(gap <= 0.05 * (found as number) || gap === 1).toBe(true);
          expect([...heldBeyond, ...unconfirmed]).toEqual([]);
          expect(tried.length).toBeLessThan(17);
        }),
        { numRuns: 200 },
      );
    },
  );

  test('values need not be whole', async () => {
    const plan = { isWhole: false, from: 0.5, to: 2, tolerance: 0.001 };
    const { found, failed } = await search((value) => value <= 1.2345, plan);
    expect(found as number).toBeLessThanOrEqual(1.2345);
    expect(failed as number).toBeGreaterThan(1.2345);
    expect((failed as number) - (found as number)).toBeLessThanOrEqual(0.001 * (found as number));
  });

  test('the upper end is the answer when it holds', async () => {
    const { found, failed, tried } = await search(() => true);
    expect({ found, failed }).toEqual({ found: 1000, failed: null });
    expect(tried.map(({ purpose }) => purpose)).toEqual(['lower end', 'upper end', 'confirmation']);
  });

  test('there is no answer when the lower end fails', async () => {
    const { found, failed, tried } = await search(() => false);
    expect({ found, failed }).toEqual({ found: null, failed: 1 });
    expect(tried).toHaveLength(1);
  });
});

describe('what bisection takes for granted is looked at', () => {
  test('values that hold above some that fail are found and said', async () => {
    const { found, heldBeyond } = await search(
      (value) => value <= 10 || (value >= 150 && value < 900),
    );
    expect(found).toBe(10);
    expect(heldBeyond.length).toBeGreaterThan(0);
    for (const value of heldBeyond) expect(value).toBeGreaterThanOrEqual(150);
  });

  test('a value that holds once and fails when tried again is not the answer', async () => {
    const { found, failed, unconfirmed } = await search(
      (value, attempt) => value <= 10 || (value <= 100 && attempt === 1),
    );
    expect(unconfirmed.length).toBeGreaterThan(0);
    for (const value of unconfirmed) expect(value).toBeGreaterThan(10);
    expect(found as number).toBeLessThanOrEqual(10);
    expect(failed).toBe(Math.min(...unconfirmed));
  });

  test('there is no answer when nothing holds twice', async () => {
    const { found, unconfirmed } = await search((value, attempt) => value < 500 && attempt === 1);
    expect(found).toBeNull();
    expect(unconfirmed.at(-1)).toBe(1);
  });
});

describe('an end at any probe', () => {
  test('keeps the highest value that had held', async () => {
    const whole = await search((value) => value <= 77);
    for (let probes = 0; probes < whole.tried.length; probes++) {
      let count = 0;
      const { found, ended, tried } = await search((value) =>
        count++ === probes ? 'ended' : value <= 77,
      );
      expect(ended).toBe(true);
      expect(tried).toHaveLength(probes + 1);
      const held = tried.filter(({ answer }) => answer === 'held').map(({ value }) => value);
      expect(found).toBe(held.length === 0 ? null : Math.max(...held));
    }
  });
});
