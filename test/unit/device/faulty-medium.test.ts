import { describe, expect, test } from 'vitest';
import { badWordOf } from '../../../src/device/bad-sectors.ts';
import { FaultControls } from '../../../src/device/fault-controls.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { partOf, WORD_BYTES } from '../../../src/memory/layout.ts';
import { Collector } from '../../../src/run/collect.ts';
import type { SectorFailure } from '../../../src/scenario/plan.ts';
import { deviceIn, memoryFor, planWith, sectorIn } from '../../support/plans.ts';

/**
 * Goal: a request that meets a bad sector fails as a whole, says where, and has transferred what
 * lies before it; a move fails where either side does; without power nothing is transferred.
 */
const plan = planWith({
  device: { sectorCount: 64, spare: { sectorCount: 16 } },
  events: [{ atNs: 1, action: { kind: 'crash' } }],
});

function faulty() {
  const memory = memoryFor(plan);
  const { layout, words } = memory;
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  const source = staging * WORD_BYTES;
  const target = (staging + layout.stagingWords) * WORD_BYTES;
  const controls = new FaultControls(words, layout);
  const device = deviceIn(plan, memory);
  return {
    memory,
    device,
    controls,
    fail: (surface: 'main' | 'spare', sector: number, failure: Partial<SectorFailure> = {}) =>
      controls.setBad(
        surface,
        sector,
        badWordOf({ fails: 'both', lasts: 'for-ever', failedWrites: 0, ...failure }),
      ),
    /** Eight sectors from LBA 8 on, each filled with the value. */
    write: (value: number) => {
      words.fill(value, staging, staging + layout.stagingWords);
      return device.write(0, 8, 8, source);
    },
    read: () => {
      words.fill(-1, staging + layout.stagingWords, staging + 2 * layout.stagingWords);
      const outcome = device.read(0, 8, 8, target);
      const values = Array.from(
        { length: 8 },
        (_, index) => words[staging + layout.stagingWords + index * 128],
      );
      return { outcome, values };
    },
    held: () => Array.from({ length: 8 }, (_, index) => sectorIn(memory, 'main', 8 + index)[0]),
  };
}

describe('a bad sector in the middle', () => {
  test('a write: what lies before it is written, it and the rest hold what they held', () => {
    const { write, fail, held, device } = faulty();
    expect(write(1)).toBe(Outcome.done);
    fail('main', 11, { fails: 'writes' });
    expect(write(2)).toBe(Outcome.writeError);
    expect([device.failedLba(), device.failedSpare()]).toEqual([11, -1]);
    expect(held()).toEqual([2, 2, 2, 1, 1, 1, 1, 1]);
  });

  test('a read: what lies before it is transferred', () => {
    const { write, read, fail, device } = faulty();
    write(1);
    fail('main', 11, { fails: 'reads' });
    expect(read()).toEqual({ outcome: Outcome.readError, values: [1, 1, 1, -1, -1, -1, -1, -1] });
    expect(device.failedLba()).toBe(11);
  });

  test('on the spare that serves it, the error is that of the LBA', () => {
    const { write, read, fail, device } = faulty();
    expect(device.attach(11, 3)).toBe(Outcome.done);
    fail('spare', 3);
    expect(write(2)).toBe(Outcome.writeError);
    expect([device.failedLba(), device.failedSpare()]).toEqual([11, 3]);
    expect(read().outcome).toBe(Outcome.readError);
    expect(device.failedLba()).toBe(11);
  });

  test('errors of the medium are counted, reads and writes apart', () => {
    const { write, read, fail, memory } = faulty();
    fail('main', 11);
    write(1);
    read();
    read();
    expect(new Collector(plan, memory).faults().mediumErrorCounts).toEqual({ read: 2, write: 1 });
  });

  test('a write that goes through heals what fails until it is rewritten', () => {
    const { write, read, fail } = faulty();
    fail('main', 11, { fails: 'reads', lasts: 'until-rewritten' });
    expect(read().outcome).toBe(Outcome.readError);
    expect(write(3)).toBe(Outcome.done);
    expect(read()).toEqual({ outcome: Outcome.done, values: [3, 3, 3, 3, 3, 3, 3, 3] });
  });
});

describe('a remap', () => {
  test('of a sector that cannot be read fails, and changes nothing', () => {
    const { device, fail } = faulty();
    fail('main', 11, { fails: 'reads' });
    expect(device.attach(11, 3)).toBe(Outcome.readError);
    expect(device.spareOf(11)).toBe(-1);
  });

  test('to a spare that cannot be written fails, and changes nothing', () => {
    const { device, fail } = faulty();
    fail('spare', 3, { fails: 'writes' });
    expect(device.attach(11, 3)).toBe(Outcome.writeError);
    expect(device.spareOf(11)).toBe(-1);
  });

  test('undone to a place that cannot be written leaves the sector on its spare', () => {
    const { device, fail } = faulty();
    device.attach(11, 3);
    fail('main', 11, { fails: 'writes' });
    expect(device.detach(11)).toBe(-1);
    expect(device.spareOf(11)).toBe(3);
  });
});

describe('relocating a sector that fails', () => {
  test('takes its data along as long as it can be read at all', () => {
    const { device, write, read, fail } = faulty();
    write(4);
    fail('main', 11, { fails: 'reads', lasts: 'once' });
    expect(device.relocate(11, 3, 2)).toBe(Outcome.done);
    expect(read()).toEqual({ outcome: Outcome.done, values: [4, 4, 4, 4, 4, 4, 4, 4] });
  });

  test('without its data, reads fail until it is written: nothing old is returned', () => {
    const { device, write, read, fail } = faulty();
    write(4);
    fail('main', 11);
    expect(device.relocate(11, 3, 3)).toBe(Outcome.dataLost);
    expect(read().outcome).toBe(Outcome.dataLost);
    expect(device.failedLba()).toBe(11);
    expect(write(5)).toBe(Outcome.done);
    expect(read()).toEqual({ outcome: Outcome.done, values: [5, 5, 5, 5, 5, 5, 5, 5] });
  });

  test('to a spare that cannot be written changes nothing', () => {
    const { device, fail } = faulty();
    fail('spare', 3, { fails: 'writes' });
    expect(device.relocate(11, 3, 1)).toBe(Outcome.writeError);
    fail('main', 12);
    expect(device.relocate(12, 3, 1)).toBe(Outcome.writeError);
    expect([device.spareOf(11), device.spareOf(12)]).toEqual([-1, -1]);
  });

  test('a second time, from one spare to another', () => {
    const { device, write, read, fail } = faulty();
    write(4);
    device.relocate(11, 3, 1);
    fail('spare', 3, { fails: 'writes' });
    expect(device.relocate(11, 6, 1)).toBe(Outcome.done);
    expect(device.spareOf(11)).toBe(6);
    expect(read()).toEqual({ outcome: Outcome.done, values: [4, 4, 4, 4, 4, 4, 4, 4] });
    expect(write(5)).toBe(Outcome.done);
  });
});

test('without power nothing is read, written or moved', () => {
  const { device, controls, write, read, held } = faulty();
  write(1);
  controls.cutPower();
  expect(write(2)).toBe(Outcome.powerOff);
  expect(read()).toEqual({ outcome: Outcome.powerOff, values: Array(8).fill(-1) });
  expect(device.attach(11, 3)).toBe(Outcome.powerOff);
  expect(device.relocate(11, 3, 2)).toBe(Outcome.powerOff);
  expect(device.spareOf(11)).toBe(-1);
  expect(held()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});
