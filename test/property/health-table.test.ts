import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HealthTable } from '../../src/device/health-table.ts';
import { memoryFor } from '../support/plans.ts';
import { guardedPlan } from '../support/targets.ts';

/**
 * Goal: what was booked on a sector is found again, whoever came and went beside it.
 *
 * Method: random accesses and removals against a map, in a table small enough for its chains to run
 * into one another and over its end.
 */
const THRESHOLD = 3;
/** Half of the sixteen slots that a plan of eight spares has. */
const ROOM = 8;

const step = fc.record({
  lba: fc.nat(11),
  what: fc.constantFrom('error', 'error', 'success', 'forget'),
});

test('agrees with a map', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.nat(1e6), (steps, offset) => {
      const { words, layout } = memoryFor(guardedPlan({ spareCount: ROOM }));
      const table = new HealthTable(words, layout);
      const errors = new Map<number, number>();
      const accesses = new Map<number, number>();
      const forget = (lba: number) => {
        errors.delete(lba);
        accesses.delete(lba);
      };
      for (const { lba: near, what } of steps) {
        const lba = near + offset;
        if (what === 'forget') {
          table.forget(lba);
          forget(lba);
        } else {
          const isError = what === 'error';
          const isDue = table.recordAccess(lba, isError, THRESHOLD);
          if (errors.has(lba) || (isError && errors.size < ROOM)) {
            const errorCount = (errors.get(lba) ?? 0) + (isError ? 1 : 0);
            const accessCount = (accesses.get(lba) ?? 0) + 1;
            errors.set(lba, errorCount);
            accesses.set(lba, accessCount);
            expect(isDue).toBe(isError && errorCount >= THRESHOLD);
            const isGood = errorCount < THRESHOLD && accessCount > 10;
            if (!isError && isGood && errorCount * 10 < accessCount) forget(lba);
          } else expect(isDue).toBe(false);
        }
        expect(table.trackedCount()).toBe(errors.size);
        for (let each = offset; each < offset + 12; each++) {
          expect(table.isDue(each)).toBe((errors.get(each) ?? 0) >= THRESHOLD);
        }
      }
    }),
    { numRuns: 100 },
  );
});
