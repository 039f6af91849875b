import { describe, expect, test } from 'vitest';
import { reservedSparesOf } from '../../../src/device/placement.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { Refusal } from '../../../src/device/target-control.ts';
import { allocatorIn, markedSpares, sectorIn } from '../../support/plans.ts';
import { publishedTarget } from '../../support/targets.ts';

/**
 * What dm-remap v4.0 was seen to do, single-threaded: each test is one experiment on the real code,
 * done again on the model.
 */
const THRESHOLD = 3;

type Target = ReturnType<typeof publishedTarget>;

/** Remaps LBAs from `first` on until one is refused, or `most` were done. How many were done. */
function remapUntilRefused({ control }: Target, first: number, most: number) {
  for (let count = 0; count < most; count++) {
    const answer = control.remap(0, first + count);
    if (answer < 0) return { count, answer };
  }
  return { count: most, answer: 0 };
}

function failWrites({ control }: Target, lba: number, times: number): boolean {
  let isDue = false;
  for (let turn = 0; turn < times; turn++) isDue = control.completeWrite(0, lba, true);
  return isDue;
}

function autoRemap(target: Target, lba: number): number {
  expect(failWrites(target, lba, THRESHOLD)).toBe(true);
  return target.control.autoRemap(0, lba);
}

describe('capacity', () => {
  test.each([
    ['100 sectors, as in the overhead test', { spareCount: 100 }, 60, 40],
    ['512 sectors', { spareCount: 512 }, 472, 40],
    ['16384 clipped to 1000, the default', { spareCount: 16384, limit: 1000 }, 992, 8],
    ['16384 sectors', { spareCount: 16384, sectorCount: 20_000 }, 16344, 8],
  ])('%s', (_name, geometry, capacity, first) => {
    const target = publishedTarget(geometry);
    expect(target.control.remap(0, 0)).toBe(first);
    expect(remapUntilRefused(target, 1, 20_000)).toEqual({
      count: capacity - 1,
      answer: Refusal.noSpare,
    });
  });

  test('65536 sectors: eight bits stay clear for ever', () => {
    const target = publishedTarget({ spareCount: 65536, sectorCount: 66_000 });
    const { plan, memory, table } = target;
    // As the message does it, but for the search of all remaps, which would take a minute.
    const { allocate } = published(target);
    let count = 0;
    while (allocate() >= 0) count++;
    expect(count).toBe(65488);
    expect(65536 - markedSpares(plan, memory).length).toBe(8);
    expect(table.capacity).toBe(65536);
  });

  test.each([
    ['1000', { spareCount: 16384, limit: 1000 }, 9, 92, 992],
    ['512', { spareCount: 512 }, 4, 72, 472],
  ])('remap 100 and clear: %s sectors end in a cycle', (_name, geometry, cycle, left, total) => {
    const target = publishedTarget(geometry);
    let done = 0;
    for (let round = 0; ; round++) {
      const { count, answer } = remapUntilRefused(target, 0, 100);
      done += count;
      if (answer < 0) {
        expect({ round, count, done }).toEqual({ round: cycle, count: left, done: total });
        expect(target.table.usedCount()).toBe(left);
        return;
      }
      expect(target.control.clear(0)).toBe(100);
    }
  });
});

describe('refusals', () => {
  test('a failing remap leaves its LBA in the slot', () => {
    const target = publishedTarget({ spareCount: 100 });
    remapUntilRefused(target, 0, 100);
    expect(target.control.remap(0, 777)).toBe(Refusal.noSpare);
    expect([target.table.lbaOf(60), target.table.usedCount()]).toEqual([777, 60]);
    expect(target.control.verify(0, 777)).toBe(ON_MAIN);
  });

  test('the slots run out only when automatic remaps took some', () => {
    const target = publishedTarget({ spareCount: 100 });
    for (let lba = 0; lba < 45; lba++) autoRemap(target, 1000 + lba);
    expect(remapUntilRefused(target, 0, 100)).toEqual({ count: 55, answer: Refusal.noSlot });
  });

  test('no sector is beyond the device', () => {
    const target = publishedTarget({ spareCount: 100, sectorCount: 200 });
    expect(target.control.remap(0, 99_999_999)).toBe(40);
    expect(target.control.verify(0, 99_999_999)).toBe(40);
  });

  test('a sector that is remapped is not remapped again', () => {
    const { control } = publishedTarget();
    control.remap(0, 5);
    expect(control.remap(0, 5)).toBe(Refusal.alreadyRemapped);
  });
});

describe('automatic remaps', () => {
  test.each([
    [1, 1, 0],
    [4, 4, 0],
    [16, 8, 8],
    [64, 8, 56],
  ])('%i and as many manual ones: %i on metadata, %i shared pairs', (n, onMetadata, shared) => {
    const target = publishedTarget();
    for (let lba = 0; lba < n; lba++) expect(autoRemap(target, lba)).toBe(lba);
    expect(remapUntilRefused(target, 100, n).count).toBe(n);
    const { table, plan } = target;
    const spares = Array.from({ length: table.usedCount() }, (_, slot) => table.spareOf(slot));
    const reserved = reservedSparesOf(plan.device);
    expect(spares).toHaveLength(2 * n);
    expect(spares.filter((spare) => reserved[spare] === 1)).toHaveLength(onMetadata);
    expect(2 * n - new Set(spares).size).toBe(shared);
  });

  test('three errors lead a sector to spare 0, which is reserved, and no bit changes', () => {
    const target = publishedTarget();
    const before = markedSpares(target.plan, target.memory);
    expect(autoRemap(target, 700)).toBe(0);
    expect(target.control.verify(0, 700)).toBe(0);
    expect(markedSpares(target.plan, target.memory)).toEqual(before);
  });

  test('one error on 100, three on 200: success is reported, and 200 stays where it was', () => {
    const target = publishedTarget();
    failWrites(target, 100, 1);
    expect(autoRemap(target, 200)).toBe(1);
    expect([target.table.autoRemapCount(), target.table.usedCount()]).toEqual([1, 0]);
    expect(target.control.verify(0, 200)).toBe(ON_MAIN);
  });

  test('errors on 700 put 900 back on the main device', () => {
    const target = publishedTarget();
    target.control.remap(0, 900);
    failWrites(target, 700, 1);
    expect(target.control.verify(0, 900)).toBe(ON_MAIN);
    expect(target.table.lbaOf(0)).toBe(700);
  });

  test('two workers that both have looked both promote: counter 2', () => {
    const target = publishedTarget();
    failWrites(target, 700, 5);
    target.control.promote(0, 700);
    target.control.promote(0, 700);
    expect([target.table.autoRemapCount(), target.table.usedCount()]).toEqual([2, 1]);
  });

  test('one that looks after the other has promoted does nothing', () => {
    const target = publishedTarget();
    autoRemap(target, 700);
    expect(target.control.autoRemap(0, 700)).toBe(Refusal.notDue);
    expect(target.table.autoRemapCount()).toBe(1);
  });

  test('a remap that found no spare is adopted by a promotion', () => {
    const target = publishedTarget({ spareCount: 100 });
    remapUntilRefused(target, 0, 61);
    expect(target.control.promote(0, 60)).toBe(0);
    expect([target.control.verify(0, 60), target.control.verify(0, 0)]).toEqual([0, 40]);
  });
});

describe('metadata', () => {
  test('sync of a fresh table with one remap exports 252 of 1000 slots that look used', () => {
    const { control, table } = publishedTarget();
    control.remap(0, 900);
    const looksUsed = Array.from({ length: table.capacity }, (_, slot) => table.looksUsed(slot));
    expect(looksUsed.filter(Boolean)).toHaveLength(1000);
    expect(control.sync()).toBe(252);
  });

  test('restore: nothing into a fresh table; after clear one, which no lookup sees', () => {
    const { control, table, plan, memory } = publishedTarget();
    control.clear(0);
    control.remap(0, 900);
    expect(control.sync()).toBe(1);
    const marked = markedSpares(plan, memory);
    control.clear(0);
    expect(control.restore()).toBe(1);
    expect([table.lbaOf(8), table.usedCount()]).toEqual([900, 1]);
    expect(control.verify(0, 900)).toBe(ON_MAIN);
    expect(markedSpares(plan, memory)).toEqual(marked);
  });

  test('restore finds every slot of a table in use that was never cleared', () => {
    const { control } = publishedTarget();
    control.remap(0, 900);
    control.sync();
    expect(control.restore()).toBe(0);
  });
});

describe('I/O', () => {
  test('4 KiB at a remapped sector go over the next one; 4 KiB before it are not redirected', () => {
    const { control, device, memory } = publishedTarget({ spareCount: 1024 });
    control.remap(0, 104);
    control.remap(0, 200);
    const spares = Array.from({ length: 8 }, (_, index) => sectorIn(memory, 'spare', 8 + index));
    const from = sectorIn(memory, 'main', 3000);
    for (let index = 0; index < 8; index++) sectorIn(memory, 'main', 3000 + index).fill(index + 1);
    const byte = from.byteOffset;
    device.write(0, 104, 8, byte);
    expect(spares.map((sector) => sector[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(control.verify(0, 200)).toBe(9);
    sectorIn(memory, 'main', 104).fill(77);
    const into = sectorIn(memory, 'main', 3100).byteOffset;
    device.read(0, 100, 8, into);
    expect(sectorIn(memory, 'main', 3104)[0]).toBe(77);
  });

  test('a remap copies nothing', () => {
    const { control, memory } = publishedTarget();
    sectorIn(memory, 'main', 900).fill(5);
    expect(control.remap(0, 900)).toBe(8);
    expect(sectorIn(memory, 'spare', 8)[0]).toBe(0);
  });

  test('a lookup of what is not there looks at every remap', () => {
    const { control, table } = publishedTarget();
    const reads: number[] = [];
    for (const count of [10, 100, 500]) {
      while (table.usedCount() < count) control.remap(0, 1000 + table.usedCount());
      reads.push(readsDuring(() => table.spareFor(4000)));
    }
    const [ten = 0, hundred = 0, most = 0] = reads;
    expect(hundred - ten).toBe(90);
    expect(most - hundred).toBe(400);

    function readsDuring(call: () => void): number {
      let count = 0;
      const { lbaOf } = table;
      table.lbaOf = (slot) => {
        count++;
        return lbaOf.call(table, slot);
      };
      call();
      table.lbaOf = lbaOf;
      return count;
    }
  });
});

/** The allocator that a target's messages take from. */
function published({ plan, memory }: Target) {
  const allocator = allocatorIn(plan, memory);
  return { allocate: () => allocator.allocate(0) };
}
