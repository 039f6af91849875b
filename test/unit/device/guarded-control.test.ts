import { beforeEach, describe, expect, test } from 'vitest';
import { GuardedControl } from '../../../src/device/guarded-control.ts';
import { ErrorNumber } from '../../../src/device/metadata-store.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { Refusal } from '../../../src/device/target-control.ts';
import { standIns } from '../../support/stand-ins.ts';

/**
 * Goal: each message does what it does in its order, under the lock, and nothing else; and what it
 * answers is what came of it.
 *
 * Method: all that it works on is a stand-in.
 */
const { named, of } = standIns({ 'metadata.capacity': 2 });
const built = () =>
  new GuardedControl({
    device: named('device'),
    table: named('table'),
    health: named('health'),
    counters: named('counters'),
    allocator: named('allocator'),
    metadata: named('metadata'),
    witness: named('witness'),
    sectorCount: 16,
    capacity: 8,
    threshold: 3,
  });
let control = built();

beforeEach(() => {
  control = built();
});

const LOCK = 'device.lockTarget(2)';
const UNLOCK = 'device.unlockTarget(2)';

describe('remap', () => {
  /** Spare 0 is one like any other. */
  test.each([0, 9])('of a sector that is on the main device, to spare %i', (spare) => {
    const told = {
      'table.spareFor': -1,
      'allocator.allocate': spare,
      'device.attach': Outcome.done,
    };
    expect(of(told, () => control.remap(2, 5))).toEqual([
      spare,
      [
        ...[LOCK, 'table.spareFor(5)', 'witness.asking(2)', 'allocator.allocate(2)'],
        ...[`witness.answered(2,5,${spare})`, `device.attach(5,${spare})`, 'health.forget(5)'],
        ...['counters.countManualRemap()', UNLOCK, `device.finishRemap(2,5,${spare})`],
      ],
    ]);
  });

  test('of one that is on a spare already', () => {
    expect(of({ 'table.spareFor': 0 }, () => control.remap(2, 5))).toEqual([
      Refusal.alreadyRemapped,
      [LOCK, 'table.spareFor(5)', UNLOCK],
    ]);
  });

  test('where the allocator has none', () => {
    expect(
      of({ 'table.spareFor': -1, 'allocator.allocate': -1 }, () => control.remap(2, 5)),
    ).toEqual([
      Refusal.noSpare,
      [
        ...[LOCK, 'table.spareFor(5)', 'witness.asking(2)', 'allocator.allocate(2)'],
        ...['witness.answered(2,5,-1)', UNLOCK],
      ],
    ]);
  });

  test('where the table has no room, and the spare goes back', () => {
    const told = {
      'table.spareFor': -1,
      'allocator.allocate': 9,
      'device.attach': Outcome.tableFull,
    };
    expect(of(told, () => control.remap(2, 5))).toEqual([
      Refusal.noSlot,
      [
        ...[LOCK, 'table.spareFor(5)', 'witness.asking(2)', 'allocator.allocate(2)'],
        ...['witness.answered(2,5,9)', 'device.attach(5,9)'],
        ...[
          'witness.returning(2,5,9)',
          'allocator.release(2,9)',
          'witness.returned(2,5,9)',
          UNLOCK,
        ],
      ],
    ]);
  });

  test.each([-1, 16])('of sector %i, which the device does not have', (lba) => {
    expect(of({}, () => control.remap(2, lba))).toEqual([Refusal.outOfRange, []]);
    expect(of({}, () => control.verify(2, lba))).toEqual([Refusal.outOfRange, []]);
    expect(of({}, () => control.completeWrite(2, lba, true))).toEqual([false, []]);
  });
});

test('verify looks under the lock, at the first sector and at the last', () => {
  for (const lba of [0, 15]) {
    expect(of({ 'table.spareFor': 9 }, () => control.verify(2, lba))).toEqual([
      9,
      [LOCK, `table.spareFor(${lba})`, UNLOCK],
    ]);
  }
});

test('clear gives back every spare, passing over empty slots, and forgets the counts', () => {
  const told = { 'table.usedCount': 3, 'table.lbaOf': [5, -1, 0], 'device.detach': [9, 8] };
  const [count, calls] = of(told, () => control.clear(2));
  expect(count).toBe(2);
  expect(calls.filter((call) => !call.startsWith('table.'))).toEqual([
    ...[LOCK, 'device.detach(5)', 'witness.returning(2,5,9)', 'allocator.release(2,9)'],
    ...['witness.returned(2,5,9)', 'device.detach(0)', 'witness.returning(2,0,8)'],
    ...['allocator.release(2,8)', 'witness.returned(2,0,8)', 'allocator.flush(2)'],
    ...['counters.clearRemaps()', UNLOCK],
  ]);
  expect(calls.filter((call) => call.startsWith('table.lbaOf'))).toHaveLength(3);
});

test('save asks the metadata, under the lock', () => {
  expect(of({ 'metadata.save': -5 }, () => control.save(2))).toEqual([
    -5,
    [LOCK, 'metadata.save()', UNLOCK],
  ]);
});

describe('sync', () => {
  const used = { 'table.usedCount': 3, 'table.spareFor': [9, 8, 7] };

  test('puts every remap, and says how many', () => {
    const told = { ...used, 'table.lbaOf': [5, -1, 0], 'metadata.commit': 0 };
    const [answer, calls] = of(told, () => control.sync(2));
    expect(answer).toBe(2);
    expect(calls.filter((call) => !call.startsWith('table.'))).toEqual([
      ...[LOCK, 'metadata.put(0,5,9)', 'metadata.put(1,0,8)', 'metadata.commit(2)', UNLOCK],
    ]);
    expect(calls.filter((call) => call.startsWith('table.lbaOf'))).toHaveLength(3);
  });

  test('leaves the last image alone where there is no room for all', () => {
    const told = { ...used, 'table.lbaOf': [5, 6, 7] };
    const [answer, calls] = of(told, () => control.sync(2));
    expect(answer).toBe(Refusal.noRoom);
    expect(calls.some((call) => call.startsWith('metadata.commit'))).toBe(false);
    expect(calls.at(-1)).toBe(UNLOCK);
  });

  test('says what went wrong', () => {
    const told = { ...used, 'table.lbaOf': [5, -1, -1], 'metadata.commit': -5 };
    expect(of(told, () => control.sync(2))[0]).toBe(-5);
  });
});

describe('restore', () => {
  const image = { 'metadata.load': 2, 'metadata.lbaOf': [5, 15], 'metadata.spareOf': [9, 0] };

  test('adopts what is on the main device, with spares that are free', () => {
    const told = {
      'metadata.load': 3,
      'metadata.lbaOf': [5, 15, 0, 5, 15, 0],
      'metadata.spareOf': [9, 0, 8, 9, 0, 8],
      // The first is remapped already, the third has lost its spare.
      'table.spareFor': [3, -1, -1],
      'allocator.take': [true, false],
    };
    const [answer, calls] = of(told, () => control.restore(2));
    expect(answer).toBe(1);
    expect(calls.filter((call) => !/^(table|metadata)\./.test(call))).toEqual([
      ...[LOCK, 'allocator.flush(2)', 'allocator.take(2,0)', 'witness.adopted(2,15,0)'],
      ...['device.attach(15,0)', 'health.forget(15)', 'counters.countManualRemap()'],
      ...['allocator.take(2,8)', UNLOCK],
    ]);
  });

  test.each([
    ['a sector that is not on the device', { 'metadata.lbaOf': [5, 16] }],
    ['a spare that is none', { 'metadata.spareOf': [9, -1] }],
    ['a sector that is none', { 'metadata.lbaOf': [-1, 5] }],
  ])('refuses an image with %s before it changes anything', (_what, wrong) => {
    const [answer, calls] = of({ ...image, ...wrong }, () => control.restore(2));
    expect(answer).toBe(ErrorNumber.invalid);
    expect(calls.filter((call) => !call.startsWith('metadata.'))).toEqual([LOCK, UNLOCK]);
  });

  test('says what went wrong, and takes an empty image for one', () => {
    expect(of({ 'metadata.load': -22 }, () => control.restore(2))).toEqual([
      -22,
      [LOCK, 'metadata.load()', UNLOCK],
    ]);
    expect(of({ 'metadata.load': 0 }, () => control.restore(2))).toEqual([
      0,
      [LOCK, 'metadata.load()', 'allocator.flush(2)', UNLOCK],
    ]);
  });
});

describe('the end of a write', () => {
  test('that failed is counted and booked', () => {
    const told = { 'table.spareFor': -1, 'health.recordAccess': true };
    expect(of(told, () => control.completeWrite(2, 5, true))).toEqual([
      true,
      [
        ...[LOCK, 'counters.countWriteError()', 'table.spareFor(5)'],
        ...['health.recordAccess(5,true,3)', UNLOCK],
      ],
    ]);
  });

  test('that did not is booked', () => {
    const told = { 'table.spareFor': -1, 'health.recordAccess': false };
    expect(of(told, () => control.completeWrite(2, 5, false))).toEqual([
      false,
      [LOCK, 'table.spareFor(5)', 'health.recordAccess(5,false,3)', UNLOCK],
    ]);
  });

  test('of a sector that is on a spare is not', () => {
    expect(of({ 'table.spareFor': 0 }, () => control.completeWrite(2, 5, true))).toEqual([
      false,
      [LOCK, 'counters.countWriteError()', 'table.spareFor(5)', UNLOCK],
    ]);
  });
});

describe('an automatic remap', () => {
  test.each([0, 9])('of a sector that is due, to spare %i', (spare) => {
    const told = {
      'health.isDue': true,
      'table.spareFor': -1,
      'allocator.allocate': spare,
      'device.attach': Outcome.done,
    };
    const [answer, calls] = of(told, () => control.autoRemap(2, 5));
    expect(answer).toBe(spare);
    expect([calls[0], calls[1], ...calls.slice(-3)]).toEqual([
      ...[LOCK, 'health.isDue(5)', 'counters.countAutoRemap()', UNLOCK],
      `device.finishRemap(2,5,${spare})`,
    ]);
  });

  test('of one that is not due, or cannot be moved', () => {
    expect(of({ 'health.isDue': false }, () => control.autoRemap(2, 5))).toEqual([
      Refusal.notDue,
      [LOCK, 'health.isDue(5)', UNLOCK],
    ]);
    expect(
      of({ 'health.isDue': true, 'table.spareFor': 9 }, () => control.autoRemap(2, 5)),
    ).toEqual([Refusal.alreadyRemapped, [LOCK, 'health.isDue(5)', 'table.spareFor(5)', UNLOCK]]);
  });
});

test('status counts what is there, under the lock', () => {
  const told = {
    'table.usedCount': 3,
    'table.lbaOf': [5, -1, 0],
    'health.trackedCount': 4,
    'counters.manualRemapCount': 5,
    'counters.autoRemapCount': 6,
    'counters.writeErrorCount': 7,
    'counters.readErrorCount': 8,
    'metadata.generation': 9,
    'metadata.saveCount': 10,
    'metadata.failureCount': 11,
  };
  const [status, calls] = of(told, () => control.status(2));
  expect(status).toEqual({
    usedCount: 2,
    remapCount: 2,
    capacity: 8,
    trackedCount: 4,
    manualRemapCount: 5,
    autoRemapCount: 6,
    writeErrorCount: 7,
    readErrorCount: 8,
    generation: 9,
    saveCount: 10,
    failureCount: 11,
  });
  expect([calls[0], calls.at(-1)]).toEqual([LOCK, UNLOCK]);
  expect(calls.filter((call) => call.startsWith('table.lbaOf'))).toHaveLength(3);
});
