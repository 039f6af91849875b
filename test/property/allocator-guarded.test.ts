import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reservedSparesOf } from '../../src/device/placement.ts';
import { NO_SPARE } from '../../src/device/spare-allocator.ts';
import { Allocator, allocatableEndOf } from '../../src/memory/layout.ts';
import { ALLOCATOR_KINDS, type AllocatorKind, LOCK_KINDS } from '../../src/scenario/plan.ts';
import { allocatorIn, markedSpares, memoryFor, planWith } from '../support/plans.ts';

/**
 * Goal: a guarded allocator hands out every spare that may be handed out and nobody holds, and
 * nothing else; "none" says that there is no such spare.
 *
 * Method: threads take and give back in any order, one call after the other, against a set of what
 * is held. After each call the bitmap holds the metadata, what is held, and what is in the ring.
 *
 * Not covered: two calls at once (see the model tests).
 */
interface Area {
  readonly spareCount: number;
  readonly limit: number | null;
  readonly placement: 'none' | 'v4-dynamic';
  readonly slotCount: number;
  readonly threadCount: number;
  readonly lock: (typeof LOCK_KINDS)[number];
}

interface Step {
  readonly thread: number;
  /** null: allocate; else which of those held is given back, counted round. */
  readonly giveBack: number | null;
}

const area = fc.record<Area>({
  spareCount: fc.oneof(
    fc.constantFrom(1, 31, 32, 33, 63, 64, 65, 71, 72, 96, 128),
    fc.integer({ min: 1, max: 400 }),
  ),
  limit: fc.option(fc.oneof(fc.constantFrom(1, 31, 32, 33), fc.integer({ min: 1, max: 500 })), {
    nil: null,
  }),
  placement: fc.constantFrom('none', 'v4-dynamic'),
  slotCount: fc.constantFrom(1, 2, 7, 64),
  threadCount: fc.integer({ min: 1, max: 4 }),
  lock: fc.constantFrom(...LOCK_KINDS),
});

/** Takes outweigh returns, so that areas do run out. */
const steps = fc.array(
  fc.record<Step>({
    thread: fc.nat(3),
    giveBack: fc.option(fc.nat(1000), { freq: 2, nil: null }),
  }),
  { maxLength: 120, size: 'max' },
);

function memoryOf(kind: AllocatorKind, { threadCount, lock, slotCount, ...spares }: Area) {
  const { spareCount, ...spare } = spares;
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: spareCount, start: 0, ...spare } },
    allocator: { kind, cache: { slotCount, batchCount: 1, searchLimit: 1000 } },
    lock: { kind: lock },
    load: { threadCount },
    integrity: 'off',
  });
  const memory = memoryFor(plan);
  const reserved = reservedSparesOf(plan.device);
  const usable = new Set<number>();
  for (let spare = 0; spare < allocatableEndOf(plan); spare++) {
    if (reserved[spare] === 0) usable.add(spare);
  }
  return { plan, memory, reserved, usable, allocator: allocatorIn(plan, memory) };
}

function ringOf(kind: AllocatorKind, { memory, plan }: ReturnType<typeof memoryOf>): number[] {
  if (kind !== 'cached') return [];
  const { words, layout } = memory;
  const state = (field: number): number => words[layout.allocator + field] as number;
  const { slotCount } = plan.allocator.cache;
  const count = state(Allocator.count);
  expect((state(Allocator.head) + count) % slotCount).toBe(state(Allocator.tail));
  return Array.from({ length: count }, (_, index) =>
    state(Allocator.slots + ((state(Allocator.head) + index) % slotCount)),
  );
}

describe.each(ALLOCATOR_KINDS)('guarded %s', (kind) => {
  test('agrees with a set, whatever is taken and given back', () => {
    fc.assert(
      fc.property(area, steps, (shape, history) => {
        const all = memoryOf(kind, shape);
        const { plan, memory, usable, reserved, allocator } = all;
        const held: number[] = [];
        for (const { thread, giveBack } of history) {
          if (giveBack !== null) {
            if (held.length === 0) continue;
            const [spare] = held.splice(giveBack % held.length, 1) as [number];
            allocator.release(thread % shape.threadCount, spare);
          } else {
            const spare = allocator.allocate(thread % shape.threadCount);
            if (spare === NO_SPARE) expect(held).toHaveLength(usable.size);
            else {
              expect(held).not.toContain(spare);
              expect(usable).toContain(spare);
              held.push(spare);
            }
          }
          const ring = ringOf(kind, all);
          const marked = [...held, ...ring];
          for (const [spare, bit] of reserved.entries()) if (bit === 1) marked.push(spare);
          expect(markedSpares(plan, memory)).toEqual(marked.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('goes through a fresh area without passing anything over', () => {
    const one = { limit: null, threadCount: 1, lock: 'ticket', slotCount: 7 } as const;
    const { usable, allocator } = memoryOf(kind, {
      ...one,
      spareCount: 1500,
      placement: 'v4-dynamic',
    });
    expect(Array.from(usable, () => allocator.allocate(0))).toEqual([...usable]);
  });

  test('hands out every last spare, at any size and limit, to any number of threads', () => {
    fc.assert(
      fc.property(area, (shape) => {
        const { usable, allocator } = memoryOf(kind, shape);
        const spares = Array.from(usable, (_, turn) =>
          allocator.allocate(turn % shape.threadCount),
        );
        expect(new Set(spares)).toEqual(usable);
        expect(allocator.allocate(0)).toBe(NO_SPARE);
        const given = spares.at(-1);
        if (given === undefined) return;
        allocator.release(0, given);
        expect(allocator.allocate(shape.threadCount - 1)).toBe(given);
        expect(allocator.allocate(0)).toBe(NO_SPARE);
      }),
      { numRuns: 40 },
    );
  });
});
