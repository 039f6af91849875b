import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reservedSparesOf } from '../../src/device/placement.ts';
import { ON_MAIN } from '../../src/device/remap-table.ts';
import { Refusal } from '../../src/device/target-control.ts';
import { Allocator, allocatableEndOf } from '../../src/memory/layout.ts';
import { ALLOCATOR_KINDS, LOOKUPS } from '../../src/scenario/plan.ts';
import { markedSpares, memoryFor, planWith } from '../support/plans.ts';
import { controlIn } from '../support/targets.ts';

/**
 * Goal: whatever messages come, and whatever fails, the corrected target keeps what an allocator
 * and a table must keep.
 *
 *     I1  no spare twice without a return      I5  bitmap = table + metadata + ring
 *     I2  no metadata sector                   I6  ring count = filled slots, none of them twice
 *     I3  used + cached + free + reserved      I7  LBAs and spares pairwise different
 *     I4  "none" only when nothing is free
 *
 * Method: random programs, one call after the other, against a map of what is remapped; all of it
 * looked at after each call.
 *
 * Not covered: two calls at once (see the model tests), and what a crash leaves.
 */
const SECTORS = 48;
const ALL_SECTORS = Array.from({ length: SECTORS }, (_, sector) => sector);

const area = fc.record({
  spareCount: fc.constantFrom(1, 8, 33, 72, 96),
  limit: fc.option(fc.constantFrom(1, 5, 50), { nil: null }),
  slotCount: fc.constantFrom(1, 4, 64),
  kind: fc.constantFrom(...ALLOCATOR_KINDS),
  lookup: fc.constantFrom(...LOOKUPS),
});

/** Some LBAs lie beyond the device. */
const lba = fc.integer({ min: 0, max: SECTORS + 2 });

const call = fc.oneof(
  { weight: 12, arbitrary: fc.record({ command: fc.constant('remap' as const), lba }) },
  { weight: 4, arbitrary: fc.record({ command: fc.constant('fail' as const), lba }) },
  { weight: 3, arbitrary: fc.record({ command: fc.constant('auto-remap' as const), lba }) },
  {
    weight: 2,
    arbitrary: fc.record({
      command: fc.constantFrom('clear' as const, 'sync' as const, 'restore' as const),
      lba: fc.constant(0),
    }),
  },
);

test('every invariant, after every message', () => {
  fc.assert(
    fc.property(area, fc.array(call, { maxLength: 80, size: 'max' }), (shape, program) => {
      const { spareCount, limit, slotCount, kind, lookup } = shape;
      const plan = planWith({
        device: {
          sectorCount: SECTORS,
          spare: { sectorCount: spareCount, limit, placement: 'v4-dynamic' },
        },
        allocator: { kind, cache: { slotCount, batchCount: 1, searchLimit: 1000 } },
        remap: { lookup },
        load: { messages: [] },
        integrity: 'off',
      });
      const memory = memoryFor(plan);
      const control = controlIn(plan, memory);
      const reserved = reservedSparesOf(plan.device);
      const end = allocatableEndOf(plan);
      const usable = Array.from({ length: end }, (_, spare) => spare).filter(
        (spare) => reserved[spare] === 0,
      );
      const remaps = new Map<number, number>();
      const errors = new Map<number, number>();
      let stored = new Map<number, number>();

      const granted = (sector: number, spare: number): void => {
        expect([...remaps.values()]).not.toContain(spare);
        expect(usable).toContain(spare);
        remaps.set(sector, spare);
        errors.delete(sector);
      };
      const attempt = (sector: number, answer: number): void => {
        if (remaps.has(sector)) expect(answer).toBe(Refusal.alreadyRemapped);
        else if (remaps.size === usable.length) expect(answer).toBe(Refusal.noSpare);
        else granted(sector, answer);
      };

      for (const { command, lba: sector } of program) {
        switch (command) {
          case 'remap':
            if (sector >= SECTORS) {
              expect(control.remap(0, sector)).toBe(Refusal.outOfRange);
            } else attempt(sector, control.remap(0, sector));
            break;
          case 'fail': {
            const isDue = control.completeWrite(0, sector, true);
            if (sector >= SECTORS || remaps.has(sector)) expect(isDue).toBe(false);
            // There is room to track as many sectors as there are spares to put them on.
            else if (errors.has(sector) || errors.size < Math.max(1, end)) {
              const count = (errors.get(sector) ?? 0) + 1;
              errors.set(sector, count);
              expect(isDue).toBe(count >= 3);
            } else if (control.status(0).trackedCount > errors.size) errors.set(sector, 1);
            break;
          }
          case 'auto-remap':
            if ((errors.get(sector) ?? 0) < 3) {
              expect(control.autoRemap(0, sector)).toBe(Refusal.notDue);
            } else attempt(sector, control.autoRemap(0, sector));
            break;
          case 'clear':
            expect(control.clear(0)).toBe(remaps.size);
            remaps.clear();
            // What waited in the cache is free as well.
            expect(memory.words[memory.layout.allocator + Allocator.count]).toBe(0);
            break;
          case 'sync':
            expect(control.sync(0)).toBe(remaps.size);
            stored = new Map(remaps);
            break;
          case 'restore': {
            const missing = [...stored].filter(
              ([at, spare]) => !remaps.has(at) && ![...remaps.values()].includes(spare),
            );
            expect(control.restore(0)).toBe(missing.length);
            for (const [at, spare] of missing) granted(at, spare);
            break;
          }
        }
        expectSound();
      }

      function expectSound(): void {
        const answers = ALL_SECTORS.map((sector) => control.verify(0, sector));
        expect(answers).toEqual(ALL_SECTORS.map((sector) => remaps.get(sector) ?? ON_MAIN));
        const ring = kind === 'cached' ? ringOf() : [];
        expect(new Set(ring).size).toBe(ring.length);
        const marked = [...remaps.values(), ...ring];
        for (const [spare, bit] of reserved.entries()) if (bit === 1) marked.push(spare);
        expect(markedSpares(plan, memory)).toEqual(marked.toSorted((a, b) => a - b));
        const status = control.status(0);
        expect(status.remapCount).toBe(remaps.size);
        expect(status.trackedCount).toBe(errors.size);
      }

      function ringOf(): number[] {
        const { words, layout } = memory;
        const state = (field: number): number => words[layout.allocator + field] as number;
        const count = state(Allocator.count);
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThanOrEqual(slotCount);
        expect((state(Allocator.head) + count) % slotCount).toBe(state(Allocator.tail));
        return Array.from({ length: count }, (_, index) =>
          state(Allocator.slots + ((state(Allocator.head) + index) % slotCount)),
        );
      }
    }),
    { numRuns: 100 },
  );
});
