import { describe, expect, test } from 'vitest';
import { Device } from '../../src/device/device.ts';
import { remapTableOn } from '../../src/device/index.ts';
import { MemoryMedium } from '../../src/device/medium.ts';
import { NoMetadata } from '../../src/device/metadata-writer.ts';
import { DataProbe } from '../../src/load/data-probe.ts';
import { lockOn } from '../../src/lock/index.ts';
import type { Memory } from '../../src/memory/attach.ts';
import { partOf, WORD_BYTES } from '../../src/memory/layout.ts';
import { sweepData } from '../../src/run/data-sweep.ts';
import { prepareMemory } from '../../src/run/prepare.ts';
import type { RemapPlan } from '../../src/scenario/plan.ts';
import { planWith } from '../support/plans.ts';

/**
 * Goal: a remap that ignores I/O in flight loses a write that was acknowledged, and the sweep finds
 * it; with `drain` both sides announce themselves, so that neither can go on beside the other.
 *
 * Method: one thread plays two. The medium lets the second in at the moment a write reaches the
 * disk, when its sector has been looked up already.
 *
 * Not covered: the waiting itself, which one thread cannot do.
 */
class InterruptedMedium extends MemoryMedium {
  onWriteMain: () => void = () => {};
  onMove: () => void = () => {};

  override writeMain(lba: number, sectorCount: number, sourceByte: number): number {
    this.onWriteMain();
    return super.writeMain(lba, sectorCount, sourceByte);
  }

  override moveToSpare(lba: number, spare: number): number {
    this.onMove();
    return super.moveToSpare(lba, spare);
  }
}

function deviceOf(inFlight: RemapPlan['inFlight']) {
  const plan = planWith({
    device: { sectorCount: 64, spare: { sectorCount: 16 } },
    remap: { inFlight },
    load: { threadCount: 2 },
  });
  const memory = prepareMemory(plan);
  const { words, layout, blocks } = memory;
  const medium = new InterruptedMedium(words, layout, blocks.copy);
  const device = new Device(
    words,
    {
      medium,
      metadata: new NoMetadata(),
      table: remapTableOn(plan, words, layout),
      targetLock: lockOn('none', words, layout.targetLock),
      sectorCountMax: 8,
      completion: null,
    },
    {
      threadCount: 2,
      spareCount: 16,
      firstSectorDecides: false,
      drainsInFlight: inFlight === 'drain',
      inFlight: layout.inFlight,
      moving: layout.moving,
    },
  );
  const probe = new DataProbe(plan, memory, 0, device);
  const write = () => {
    const source = probe.beforeWrite(8, 8);
    device.write(0, 8, 8, source * WORD_BYTES);
    probe.afterWrite(8, 8, true);
  };
  return { plan, memory, medium, device, write };
}

const flagOf = ({ words, layout }: Memory, thread: number) =>
  words[partOf(layout.inFlight, thread, 1)];

describe('ignore, as published', () => {
  test('a write that was looked up before the move and lands after it is lost', () => {
    const { plan, memory, medium, device, write } = deviceOf('ignore');
    write();
    medium.onWriteMain = () => {
      device.attach(10, 3);
    };
    write();
    expect(sweepData(plan, memory).findings).toMatchObject([
      { fault: 'lost-write', lba: 10, spare: 3, found: { generation: 1 } },
    ]);
  });

  test('the same move between two writes loses nothing', () => {
    const { plan, memory, device, write } = deviceOf('ignore');
    write();
    device.attach(10, 3);
    write();
    expect(sweepData(plan, memory).findings).toEqual([]);
  });

  test('nobody announces anything', () => {
    const { memory, medium, device, write } = deviceOf('ignore');
    const seen: unknown[] = [];
    medium.onWriteMain = () => seen.push(flagOf(memory, 0));
    medium.onMove = () => seen.push(memory.words[memory.layout.moving]);
    write();
    device.attach(10, 3);
    expect(seen).toEqual([0, 0]);
  });
});

describe('drain', () => {
  test('a write is in flight while it is on its way, a move is announced before it copies', () => {
    const { memory, medium, device, write } = deviceOf('drain');
    const seen: unknown[] = [];
    medium.onWriteMain = () => seen.push(flagOf(memory, 0) !== 0);
    medium.onMove = () => seen.push(memory.words[memory.layout.moving] !== 0);
    write();
    device.attach(10, 3);
    expect(seen).toEqual([true, true]);
    expect([flagOf(memory, 0), memory.words[memory.layout.moving]]).toEqual([0, 0]);
  });

  test('a move elsewhere does not wait for a write, nor the write for it', () => {
    const { plan, memory, medium, device, write } = deviceOf('drain');
    medium.onWriteMain = () => {
      medium.onWriteMain = () => {};
      device.attach(16, 3);
      device.attach(7, 4);
    };
    write();
    expect(sweepData(plan, memory).findings).toEqual([]);
  });
});
