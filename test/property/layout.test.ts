import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressSourceFor } from '../../src/load/addresses.ts';
import { describeLayout } from '../../src/memory/describe.ts';
import {
  Allocator,
  allocatableEndOf,
  bytesOf,
  ClaimEntry,
  FINDING_LOG_COUNT,
  FindingEntry,
  HISTOGRAM_NAMES,
  HistogramFloat,
  handOffFloatOf,
  histogramWordOf,
  type Layout,
  layoutOf,
  operationsOf,
  partOf,
  type Region,
  SECTOR_WORDS,
  STRIDE,
  ThreadFloat,
  ThreadWord,
  TraceRing,
  WORD_BYTES,
} from '../../src/memory/layout.ts';
import {
  ALLOCATOR_KINDS,
  INTEGRITIES,
  LOCK_KINDS,
  LOOKUPS,
  mixOf,
  type Plan,
  PROTOCOLS,
  sendsMessages,
  tracedJobOf,
} from '../../src/scenario/plan.ts';
import { planWith } from '../support/plans.ts';
import { tracePlanOf } from '../support/traces.ts';

const sectors = fc.oneof(
  fc.constantFrom(1, 7, 8, 9, 31, 32, 33, 255, 256),
  fc.integer({ min: 1, max: 300_000 }),
);
const PAGE_WORDS = 4096 / WORD_BYTES;
const weight = fc.constantFrom(0, 1, 10);

const traced = fc
  .tuple(fc.array(fc.nat(5000), { minLength: 32, maxLength: 32 }), fc.constantFrom(null, 1))
  .map(([counts, speed]) => ({ counts, speed }));

const plans: fc.Arbitrary<Plan> = fc
  .record({
    sectorCount: sectors,
    spareCount: sectors,
    limit: fc.option(fc.integer({ min: 1, max: 400_000 }), { nil: null }),
    kind: fc.constantFrom(...ALLOCATOR_KINDS),
    protocol: fc.constantFrom(...PROTOCOLS),
    slotCount: fc.integer({ min: 1, max: 4096 }),
    lock: fc.constantFrom(...LOCK_KINDS),
    lookup: fc.constantFrom(...LOOKUPS),
    integrity: fc.constantFrom(...INTEGRITIES),
    threadCount: fc.integer({ min: 1, max: 32 }),
    mix: fc.record({ read: weight, write: weight, remap: weight, unremap: weight }),
    blockSizes: fc.array(
      fc.record({ sectorCount: fc.integer({ min: 1, max: 2048 }), weight: fc.constant(1) }),
      { minLength: 1, maxLength: 3 },
    ),
    watchdogNs: fc.integer({ min: 1_000_000, max: 3_600_000_000_000 }),
    trace: fc.option(traced, { nil: null, freq: 4 }),
  })
  .map((chosen) => {
    const { sectorCount, spareCount, limit, kind, protocol, slotCount, trace } = chosen;
    const { threadCount, mix, blockSizes } = chosen;
    const noMix = { read: 0, write: 0, remap: 0, unremap: 0 };
    return planWith({
      device: { sectorCount, spare: { sectorCount: spareCount, limit } },
      allocator: { kind, protocol, cache: { slotCount, batchCount: 1, searchLimit: 1000 } },
      lock: { kind: chosen.lock },
      remap: { lookup: chosen.lookup },
      integrity: chosen.integrity,
      watchdogNs: chosen.watchdogNs,
      load: {
        threadCount,
        blockSizes,
        mix: trace === null ? mix : noMix,
        trace:
          trace === null
            ? null
            : tracePlanOf('/x.iolog', {
                speed: trace.speed,
                recordCounts: trace.counts.slice(0, threadCount),
                operations: ['read', 'sync'],
                sectorCountMax: 64,
              }),
      },
    });
  });

function regionAt(layout: Layout, word: number): Region | undefined {
  return layout.regions.find((region) => region.word === word && region.wordCount > 0);
}

/** Whether a part stands wholly inside the region that begins at a word of the layout. */
function expectInside(layout: Layout, regionWord: number, part: number, wordCount: number): void {
  const region = regionAt(layout, regionWord) as Region;
  expect(part).toBeGreaterThanOrEqual(region.word);
  expect(part + wordCount).toBeLessThanOrEqual(region.word + region.wordCount);
}

test('regions stand in order, on a stride of their own, and never overlap', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const { regions, wordCount } = layout;
      let end = 0;
      for (const region of regions) {
        expect(region.word % STRIDE).toBe(0);
        expect(region.word).toBeGreaterThanOrEqual(end);
        end = region.word + region.wordCount;
      }
      expect(wordCount).toBeGreaterThanOrEqual(end);
      // The two surfaces begin on a page.
      for (const surface of [layout.main, layout.spare]) expect(surface % PAGE_WORDS).toBe(0);
      const gaps = regions.length * STRIDE + 2 * PAGE_WORDS;
      const sum = regions.reduce((total, region) => total + region.wordCount, 0);
      expect(wordCount).toBeLessThan(sum + gaps);
    }),
  );
});

test("each thread's part lies inside its region, and beside the next one's", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const { threadCount } = plan.load;
      const parts: [number, number][] = [
        [layout.threads, ThreadWord.wordCount],
        [layout.inFlight, 1],
        [layout.staging, 2 * layout.stagingWords],
        [layout.pool, layout.poolWords],
      ];
      if (layout.claimCapacity > 0) {
        parts.push([layout.claims, layout.claimCapacity * ClaimEntry.wordCount]);
      }
      if (plan.integrity !== 'off') {
        parts.push([layout.findings, FINDING_LOG_COUNT * FindingEntry.wordCount]);
      }
      for (const [region, words] of parts) {
        for (let thread = 0; thread < threadCount; thread++) {
          const part = partOf(region, thread, words);
          expectInside(layout, region, part, words);
          expect(part % 2).toBe(0);
          if (thread > 0) {
            expect(part).toBeGreaterThanOrEqual(partOf(region, thread - 1, words) + words);
          }
        }
      }
    }),
  );
});

test('every histogram of every thread has a place of its own, on an even word', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const words = 2 * (HistogramFloat.counts + layout.bucketCount);
      let end = layout.histograms;
      for (let thread = 0; thread < plan.load.threadCount; thread++) {
        for (const name of layout.histogramNames) {
          const word = histogramWordOf(layout, thread, name);
          expect(word % 2).toBe(0);
          expect(word).toBeGreaterThanOrEqual(end);
          expectInside(layout, layout.histograms, word, words);
          end = word + words;
        }
      }
      expect(histogramWordOf(layout, 0, 'trim.service')).toBe(-1);
    }),
  );
});

test('the bytes of all purposes add up to those of all regions', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const purposes = ['allocator', 'device', 'table', 'instrument'] as const;
      const sum = purposes.reduce((total, purpose) => total + bytesOf(layout, purpose), 0);
      const words = layout.regions.reduce((total, region) => total + region.wordCount, 0);
      expect(sum).toBe(words * WORD_BYTES);
      const described = describeLayout(plan, layout);
      expect(described.bytes.total).toBe(layout.wordCount * WORD_BYTES);
      expect(described.regions.reduce((total, region) => total + region.bytes, 0)).toBe(sum);
    }),
  );
});

describe('what the checks cost', () => {
  test('nothing without integrity', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const layout = layoutOf({ ...plan, integrity: 'off' });
        const names = ['audit', 'main latches', 'spare latches', 'data findings', 'payloads'];
        for (const region of layout.regions) {
          if (names.includes(region.name)) expect(region.wordCount).toBe(0);
        }
        expect(layout.hasLatches).toBe(false);
      }),
    );
  });

  test('no bytes for data that a device without a medium does not hold', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const device = { ...plan.device, medium: 'none' } as const;
        const layout = layoutOf({ ...plan, device, integrity: 'off' });
        const bytes = layout.regions
          .filter(({ name }) => name === 'main device' || name === 'spare area')
          .map(({ wordCount }) => wordCount);
        expect(bytes).toEqual([0, 0]);
      }),
    );
  });

  test('at most 8 bytes of audit and half a byte of latch a sector with it', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { sectorCount } = plan.device;
        const layout = layoutOf({ ...plan, integrity: 'strict' });
        const bytes = (name: string) =>
          (layout.regions.find((region) => region.name === name)?.wordCount ?? 0) * WORD_BYTES;
        const groupCount = Math.ceil(sectorCount / 2 ** layout.auditShift);
        expect(bytes('audit')).toBe(8 * groupCount);
        // A latch is a word for eight sectors; the last of a device may guard fewer.
        expect(bytes('main latches')).toBeLessThan(sectorCount / 2 + WORD_BYTES);
      }),
    );
  });
});

/**
 * Goal: a group of the audit is never written in part.
 *
 * Method: every block of every thread's operations, by the plan's own generator, begins and ends at
 * the edge of a group; and the group is as large as that allows for a plan of one size.
 */
test('a write covers whole groups of the audit', () => {
  const loads = fc.record({
    sectorCount: fc.oneof(fc.constantFrom(4096, 65536), fc.integer({ min: 2048, max: 70_000 })),
    threadCount: fc.integer({ min: 1, max: 8 }),
    sizes: fc.uniqueArray(fc.constantFrom(1, 2, 8, 24, 40, 64, 256), { minLength: 1 }),
    distribution: fc.constantFrom('uniform' as const, 'zipf' as const, 'sequential' as const),
    slices: fc.constantFrom('shared' as const, 'disjoint' as const),
  });
  fc.assert(
    fc.property(loads, ({ sectorCount, threadCount, sizes, distribution, slices }) => {
      const plan = planWith({
        device: { sectorCount },
        load: {
          threadCount,
          blockSizes: sizes.map((size) => ({ sectorCount: size, weight: 1 })),
          addresses: { distribution, theta: 1, slices },
        },
      });
      const group = 2 ** layoutOf(plan).auditShift;
      for (let thread = 0; thread < threadCount; thread++) {
        const source = addressSourceFor(plan, thread);
        for (let draw = 0; draw < 8; draw++) {
          for (const size of sizes) {
            expect(source.next(size) % group).toBe(0);
            expect(size % group).toBe(0);
          }
        }
      }
      const smallest = Math.min(...sizes);
      if (slices === 'shared' && sizes.length === 1) expect((smallest / group) % 2).not.toBe(0);
    }),
  );
});

test('there is room for every sector, spare, slot, and bit', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const layout = layoutOf(plan);
      const { sectorCount, spare } = plan.device;
      expectInside(layout, layout.main, layout.main, sectorCount * SECTOR_WORDS);
      expectInside(layout, layout.spare, layout.spare, spare.sectorCount * SECTOR_WORDS);
      expectInside(layout, layout.bitmap, layout.bitmap, Math.ceil(spare.sectorCount / 32));
      expectInside(layout, layout.owners, layout.owners, spare.sectorCount);
      expect(allocatableEndOf(plan)).toBeLessThanOrEqual(spare.sectorCount);
      const slots = plan.allocator.kind === 'cached' ? plan.allocator.cache.slotCount : 0;
      expectInside(layout, layout.allocator, layout.allocator, Allocator.slots + slots);
      expect(Math.log2(Math.max(1, layout.tableHeadCount)) % 1).toBe(0);
      if (plan.remap.lookup === 'hash') {
        expect(layout.tableHeadCount).toBeGreaterThanOrEqual(layout.tableCapacity);
      }
      for (const [thread, word] of layout.trace.entries()) {
        const count = tracedJobOf(plan)?.trace.recordCounts[thread] as number;
        expect(layout.ringEntryCount).toBeGreaterThanOrEqual(Math.min(count, 2 ** 16));
        expectInside(layout, word, word, TraceRing.entries + 6 * layout.ringEntryCount);
      }
      const operations = operationsOf(plan);
      const planned = (tracedJobOf(plan)?.trace.speed ?? null) !== null;
      const hasMisses =
        plan.allocator.kind === 'cached' && (mixOf(plan).remap > 0 || sendsMessages(plan));
      expect(layout.histogramNames).toHaveLength(
        HISTOGRAM_NAMES.length +
          (hasMisses ? 1 : 0) +
          (planned ? 3 * operations.length + 1 : operations.length),
      );
      for (const which of ['allocationLock', 'targetLock'] as const) {
        for (let thread = 0; thread < plan.load.threadCount; thread++) {
          const word = 2 * handOffFloatOf(layout, thread, which);
          expectInside(layout, layout.handOffs, word, 2 * (1 + plan.load.threadCount));
        }
      }
    }),
  );
});

test("a thread's counters do not run into each other or into its words", () => {
  const { faults, allocationLock, targetLock, perOperation, idleUntilNs, ...single } = ThreadFloat;
  const taken = [
    ...Object.values(single),
    idleUntilNs,
    ...Array.from({ length: 6 }, (_, fault) => faults + fault),
    ...Array.from({ length: 4 }, (_, counter) => allocationLock + counter),
    ...Array.from({ length: 4 }, (_, counter) => targetLock + counter),
    ...Array.from({ length: 6 * 4 }, (_, counter) => perOperation + counter),
  ];
  expect(new Set(taken).size).toBe(taken.length);
  expect(2 * Math.max(...taken) + 2).toBeLessThanOrEqual(ThreadWord.status);
  expect(ThreadWord.waitingFor).toBeLessThan(ThreadWord.wordCount);
});
