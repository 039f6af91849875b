import { afterEach, describe, expect, test, vi } from 'vitest';
import { BadSectors, badWordOf } from '../../../src/device/bad-sectors.ts';
import { Channels } from '../../../src/device/channels.ts';
import { deviceOn, serviceModelOn, targetControlOn } from '../../../src/device/index.ts';
import { ErrorNumber } from '../../../src/device/metadata-store.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { StallsOnly } from '../../../src/device/service-model.ts';
import { NoWitness } from '../../../src/device/target-control.ts';
import { lockOn } from '../../../src/lock/index.ts';
import {
  FailureWord,
  FaultControl,
  Metadata,
  partOf,
  SECTOR_WORDS,
  WORD_BYTES,
} from '../../../src/memory/layout.ts';
import { HEADER_SECTORS, PublishedEntry } from '../../../src/metadata/published-header.ts';
import {
  AT_ONCE,
  type EventAction,
  type EventPlan,
  NO_METADATA,
  type Plan,
} from '../../../src/scenario/plan.ts';
import { allocatorIn, deviceIn, memoryFor, planWith } from '../../support/plans.ts';
import type { PlanOverrides } from '../../support/run-record.ts';

/** Goal: a device is built of the parts that its plan asks for, and set up as the plan says. */
afterEach(() => {
  vi.restoreAllMocks();
});

const SMALL = { sectorCount: 64, spare: { sectorCount: 128, placement: 'v4-dynamic' } } as const;
const NO_REMAPS = { mix: { read: 1, write: 1, remap: 0 } };

describe('requests are said to be in flight', () => {
  /** Whether a read leaves a mark where it is said to be in flight. */
  function drains(overrides: PlanOverrides): boolean {
    const plan = planWith({ device: SMALL, ...overrides });
    const memory = memoryFor(plan);
    const { words, layout } = memory;
    words[layout.inFlight] = -1;
    deviceIn(plan, memory).read(0, 5, 1, layout.staging * WORD_BYTES);
    return words[layout.inFlight] === 0;
  }
  const autoRemap = {
    workerCount: 1,
    errorThreshold: 3,
    queueCount: 16,
    attemptCount: 1,
    backoffNs: 0,
  };

  test('where a sector may be moved meanwhile: by the load, a message, or a worker', () => {
    expect(drains({})).toBe(true);
    expect(drains({ load: { ...NO_REMAPS, messages: [] } })).toBe(true);
    expect(drains({ load: NO_REMAPS, autoRemap })).toBe(true);
  });

  test('nowhere else, and not as published', () => {
    expect(drains({ load: NO_REMAPS })).toBe(false);
    expect(drains({ remap: { inFlight: 'ignore' } })).toBe(false);
  });
});

describe('the power fails between two sectors of a write', () => {
  /** What a write of four sectors answers when the power goes as somebody looks again. */
  function writeWith(action: EventAction): number {
    const events: readonly EventPlan[] = [{ atNs: 0, action }];
    const plan = planWith({ device: SMALL, load: NO_REMAPS, events });
    const memory = memoryFor(plan);
    const { words, layout } = memory;
    const power = layout.faultControl + FaultControl.power;
    const load = Atomics.load;
    let looks = 0;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, at: number) => {
      if (at === power && ++looks === 2) words[power] = 1;
      return load(view, at);
    }) as never);
    const outcome = deviceIn(plan, memory).write(0, 5, 4, layout.staging * WORD_BYTES);
    vi.restoreAllMocks();
    return outcome;
  }

  test('where the plan has a power cut, and nowhere else', () => {
    expect(writeWith({ kind: 'crash' })).toBe(Outcome.powerOff);
    expect(writeWith({ kind: 'stall', forNs: 1, everyNs: null })).toBe(Outcome.done);
  });
});

test('a device has channels where requests take time, and stalls otherwise', () => {
  const stalls = [{ atNs: 5, forNs: 5, everyNs: null }];
  const modelOf = (changes: Partial<Plan['device']>) => {
    const plan = planWith({ device: { ...SMALL, ...AT_ONCE, ...changes } });
    return serviceModelOn(plan, memoryFor(plan));
  };
  const constant = { kind: 'constant', meanNs: 100, deviationNs: 0, table: null } as const;
  expect(modelOf({})).toBe(null);
  expect(modelOf({ stalls })).toBeInstanceOf(StallsOnly);
  expect(modelOf({ serviceTime: constant })).toBeInstanceOf(Channels);
  expect(modelOf({ serviceTime: constant, stalls })).toBeInstanceOf(Channels);
});

/** A target with messages, its device, and its memory. */
function targetOf(
  protocol: Plan['target']['protocol'],
  metadata: Partial<Plan['metadata']>,
  events: readonly EventPlan[] = [],
) {
  const plan = planWith({
    device: SMALL,
    allocator: { kind: 'linear', protocol },
    remap: { lookup: protocol === 'guarded' ? 'hash' : 'linear' },
    target: { protocol },
    load: { messages: [] },
    events,
    metadata: {
      ...NO_METADATA,
      crash: { ...NO_METADATA.crash, logSectorCount: 512 },
      ...metadata,
    },
  });
  const memory = memoryFor(plan);
  const { words, layout } = memory;
  const targetLock = lockOn('test-and-set', words, layout.targetLock);
  const device = deviceOn(plan, memory, targetLock);
  const allocator = allocatorIn(plan, memory);
  const witness = new NoWitness();
  const control = targetControlOn(plan, memory, { device, targetLock, allocator, witness });
  return { control, device, memory, saved: layout.savedMetadata };
}

describe('messages save', () => {
  test('to memory, where nothing is on the medium; as published it is never valid', () => {
    const guarded = targetOf('guarded', { format: 'none' });
    const spare = guarded.control.remap(0, 5);
    expect([guarded.control.sync(0), guarded.control.clear(0)]).toEqual([1, 1]);
    expect([guarded.control.restore(0), guarded.control.verify(0, 5)]).toEqual([1, spare]);
    const published = targetOf('as-published', { format: 'none' });
    published.control.remap(0, 5);
    published.control.sync(0);
    expect(published.control.restore(0)).toBe(ErrorNumber.invalid);
  });

  test('nothing, where every remap is on the medium before it is acknowledged', () => {
    const { control } = targetOf('guarded', { format: 'redundant' });
    control.remap(0, 5);
    control.remap(0, 6);
    expect(control.status(0)).toMatchObject({ generation: 2, saveCount: 2 });
    control.sync(0);
    expect(control.status(0)).toMatchObject({ generation: 2, saveCount: 2 });
  });

  test.each([
    ['corrected', 0],
    ['as-published', ErrorNumber.invalid],
  ] as const)('what is valid, or not, by a checksum that is %s', (checksum, answer) => {
    const { control } = targetOf('as-published', { format: 'published', checksum });
    // The header ends over the first entry, whose LBA is that of a slot that was never used: 0.
    // Restored is what is not there already, and that is none.
    expect(control.sync(0)).toBe(128);
    expect(control.restore(0)).toBe(answer);
  });

  test('as the first thread, which is told of the sector that failed', () => {
    const stall: EventPlan = { atNs: 0, action: { kind: 'stall', forNs: 1, everyNs: null } };
    const { control, memory } = targetOf('as-published', { format: 'published' }, [stall]);
    const { words, layout } = memory;
    const failure = { fails: 'writes', lasts: 'for-ever', failedWrites: 0 } as const;
    new BadSectors(words, layout.badSpare).set(3, badWordOf(failure));
    expect(control.sync(0)).toBe(ErrorNumber.io);
    expect(control.status(0)).toMatchObject({ saveCount: 0, failureCount: 1 });
    const own = partOf(layout.failures, 0, FailureWord.wordCount);
    expect(words[own + FailureWord.failedSector]).toBe(3);
  });
});

describe('metadata as published, under a corrected target', () => {
  const remapped = (target: ReturnType<typeof targetOf>, lba: number) => {
    const { device } = target;
    expect(device.attach(lba, 100 + lba)).toBe(Outcome.done);
    device.finishRemap(0, lba, 100 + lba);
  };
  const savesOf = ({ memory, saved }: ReturnType<typeof targetOf>) =>
    memory.words[saved + Metadata.saves];

  test('is saved when somebody asks, and after so many remaps where the plan says so', () => {
    const asked = targetOf('guarded', { format: 'published' });
    for (const lba of [5, 6, 7]) remapped(asked, lba);
    expect(savesOf(asked)).toBe(0);
    asked.device.syncMetadata(0);
    expect(savesOf(asked)).toBe(1);
    const often = targetOf('guarded', { format: 'published', remapsPerSync: 2 });
    for (const lba of [5, 6, 7, 8]) remapped(often, lba);
    expect(savesOf(often)).toBe(2);
  });

  test('knows the LBAs that the table has', () => {
    const target = targetOf('guarded', { format: 'published' });
    for (const lba of [5, 6]) remapped(target, lba);
    target.device.syncMetadata(0);
    const entries = target.saved + Metadata.context + HEADER_SECTORS * SECTOR_WORDS;
    const entry = (index: number) => {
      const at = entries + index * PublishedEntry.wordCount;
      const { words } = target.memory;
      return [words[at + PublishedEntry.lba], words[at + PublishedEntry.spare]];
    };
    expect([entry(0), entry(1)]).toEqual([
      [5, 105],
      [6, 106],
    ]);
  });
});
