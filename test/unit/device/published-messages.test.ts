import { beforeEach, describe, expect, test } from 'vitest';
import { PublishedCompletion } from '../../../src/device/published-completion.ts';
import { PublishedControl } from '../../../src/device/published-control.ts';
import { RemapReason } from '../../../src/device/sector-health.ts';
import { Refusal } from '../../../src/device/target-control.ts';
import { standIns } from '../../support/stand-ins.ts';

/**
 * Goal: each message, and each completion, does what it does in its order, what is under the lock
 * and what is not included (P3, P5, P9).
 *
 * Method: all that it works on is a stand-in.
 */
const { named, of } = standIns({ 'table.capacity': 4, 'metadata.capacity': 3 });
const built = () =>
  new PublishedControl({
    table: named('table'),
    allocator: named('allocator'),
    targetLock: named('lock'),
    metadata: named('metadata'),
    witness: named('witness'),
    threshold: 3,
  });
let control = built();

beforeEach(() => {
  control = built();
});

const LOCK = 'lock.acquire(2)';
const UNLOCK = 'lock.release(2)';

describe('remap', () => {
  const free = { 'table.spareFor': -1, 'table.isFull': false };
  const ASKED = ['table.spareFor(5)', 'table.isFull()', 'table.prepare(5)', 'witness.asking(2)'];

  /** Spare 0 is one like any other. */
  test.each([0, 9])('to spare %i is under the lock for all of it', (spare) => {
    expect(of({ ...free, 'allocator.allocate': spare }, () => control.remap(2, 5))).toEqual([
      spare,
      [
        ...[LOCK, ...ASKED, 'allocator.allocate(2)', `witness.answered(2,5,${spare})`],
        ...[`table.complete(${spare})`, UNLOCK],
      ],
    ]);
  });

  test('that finds no spare leaves its slot prepared', () => {
    expect(of({ ...free, 'allocator.allocate': -1 }, () => control.remap(2, 5))).toEqual([
      Refusal.noSpare,
      [LOCK, ...ASKED, 'allocator.allocate(2)', 'witness.answered(2,5,-1)', UNLOCK],
    ]);
  });

  test('that finds no slot, or a remap, asks for none', () => {
    expect(of({ ...free, 'table.isFull': true }, () => control.remap(2, 5))).toEqual([
      Refusal.noSlot,
      [LOCK, 'table.spareFor(5)', 'table.isFull()', UNLOCK],
    ]);
    expect(of({ 'table.spareFor': 0 }, () => control.remap(2, 5))).toEqual([
      Refusal.alreadyRemapped,
      [LOCK, 'table.spareFor(5)', UNLOCK],
    ]);
  });
});

test('verify looks under the lock', () => {
  expect(of({ 'table.spareFor': 9 }, () => control.verify(2, 5))).toEqual([
    9,
    [LOCK, 'table.spareFor(5)', UNLOCK],
  ]);
});

test('clear says how many there were, and gives back nothing', () => {
  expect(of({ 'table.usedCount': 4 }, () => control.clear(2))).toEqual([
    4,
    [LOCK, 'table.usedCount()', 'table.clear()', 'witness.forgotten(2)', UNLOCK],
  ]);
});

describe('what the metadata is asked, without the lock', () => {
  const slots = { 'table.lbaOf': [5, 6, 7], 'table.spareOf': [9, 8, 7] };

  test('save', () => {
    expect(of({ 'metadata.save': -5 }, () => control.save())).toEqual([-5, ['metadata.save()']]);
  });

  test('sync puts the slots that look used', () => {
    const told = { ...slots, 'table.looksUsed': [true, false, true, false], 'metadata.commit': 0 };
    expect(of(told, () => control.sync())).toEqual([
      2,
      [
        ...['table.looksUsed(0)', 'table.lbaOf(0)', 'table.spareOf(0)', 'metadata.put(0,5,9)'],
        ...['table.looksUsed(1)'],
        ...['table.looksUsed(2)', 'table.lbaOf(2)', 'table.spareOf(2)', 'metadata.put(1,6,8)'],
        ...['table.looksUsed(3)', 'metadata.commit(2)'],
      ],
    ]);
  });

  test('sync leaves out what has no room, and says what went wrong', () => {
    const told = { ...slots, 'table.looksUsed': true, 'metadata.commit': -5 };
    const [answer, calls] = of(told, () => control.sync());
    expect([answer, calls.at(-1)]).toEqual([-5, 'metadata.commit(3)']);
    expect(calls.filter((call) => call.startsWith('table.looksUsed'))).toHaveLength(3);
  });

  test('restore of an image, an empty one, and none', () => {
    for (const count of [2, 0]) {
      const told = { 'metadata.load': count, 'table.restore': 1 };
      const [answer, calls] = of(told, () => control.restore());
      expect([answer, calls[0]]).toEqual([1, 'metadata.load()']);
      expect(calls.at(-1)).toMatch(new RegExp(`^table\\.restore\\(.*,${count}\\)$`));
    }
    expect(of({ 'metadata.load': -22 }, () => control.restore())).toEqual([
      -22,
      ['metadata.load()'],
    ]);
  });
});

describe('the end of a write', () => {
  test.each([true, false])('that failed is counted after the lock: due is %s', (isDue) => {
    expect(of({ 'table.recordAccess': isDue }, () => control.completeWrite(2, 5, true))).toEqual([
      isDue,
      [LOCK, 'table.recordAccess(5,true,3)', UNLOCK, 'table.countWriteError()'],
    ]);
  });

  test('that did not is booked', () => {
    expect(of({ 'table.recordAccess': false }, () => control.completeWrite(2, 5, false))).toEqual([
      false,
      [LOCK, 'table.recordAccess(5,false,3)', UNLOCK],
    ]);
  });
});

describe('an automatic remap', () => {
  const LOOKED = [LOCK, 'table.isDue(5,3)', UNLOCK];

  test('of a sector that is not due ends there', () => {
    expect(of({ 'table.isDue': false }, () => control.autoRemap(2, 5))).toEqual([
      Refusal.notDue,
      LOOKED,
    ]);
  });

  /** Slot 0 and spare 0 are some like any other. */
  test.each([0, 9])('lets go of the lock before it promotes slot and spare %i', (spare) => {
    const told = {
      'table.isDue': true,
      'table.slotOf': spare,
      'table.reasonOf': RemapReason.none,
      'table.promote': spare,
    };
    expect(of(told, () => control.autoRemap(2, 5))).toEqual([
      spare,
      [
        ...[...LOOKED, LOCK, 'table.slotOf(5)', `table.reasonOf(${spare})`, 'table.promote(5)'],
        ...[`witness.adopted(2,5,${spare})`, UNLOCK],
      ],
    ]);
  });

  test('that comes second promotes again, and is no owner', () => {
    const told = {
      'table.slotOf': 4,
      'table.reasonOf': RemapReason.writeError,
      'table.promote': 4,
    };
    expect(of(told, () => control.promote(2, 5))).toEqual([
      4,
      [LOCK, 'table.slotOf(5)', 'table.reasonOf(4)', 'table.promote(5)', UNLOCK],
    ]);
  });

  test('of what no slot holds is none', () => {
    const told = { 'table.slotOf': -1, 'table.reasonOf': RemapReason.none, 'table.promote': -1 };
    expect(of(told, () => control.promote(2, 5))).toEqual([
      Refusal.notDue,
      [LOCK, 'table.slotOf(5)', 'table.promote(5)', UNLOCK],
    ]);
  });
});

test('status counts the used slots that look it, without the lock', () => {
  const told = {
    'table.usedCount': 3,
    'table.looksUsed': [true, false, true],
    'table.healthCount': 4,
    'table.manualRemapCount': 5,
    'table.autoRemapCount': 6,
    'table.writeErrorCount': 7,
    'table.readErrorCount': 8,
    'metadata.generation': 9,
    'metadata.saveCount': 10,
    'metadata.failureCount': 11,
  };
  const [status, calls] = of(told, () => control.status());
  expect(status).toEqual({
    usedCount: 3,
    remapCount: 2,
    capacity: 4,
    trackedCount: 4,
    manualRemapCount: 5,
    autoRemapCount: 6,
    writeErrorCount: 7,
    readErrorCount: 8,
    generation: 9,
    saveCount: 10,
    failureCount: 11,
  });
  expect(calls.filter((call) => call.startsWith('table.looksUsed'))).toEqual([
    ...['table.looksUsed(0)', 'table.looksUsed(1)', 'table.looksUsed(2)'],
  ]);
  expect(calls.filter((call) => call.startsWith('lock.'))).toEqual([]);
});

describe('a completion', () => {
  const ended = (sectorCount: number, isError: boolean) =>
    new PublishedCompletion(named('table'), named('lock'), named('queue'), 3).ended(
      ...([2, 5, sectorCount, isError] as const),
    );
  const BOOKED = [LOCK, 'table.recordAccess(5,true,3)', UNLOCK, 'table.countWriteError()'];

  test('books a failed write on its first sector, and queues it when it is due', () => {
    expect(of({ 'table.recordAccess': true }, () => ended(128, true))).toEqual([
      undefined,
      [...BOOKED, 'queue.put(5)'],
    ]);
    expect(of({ 'table.recordAccess': false }, () => ended(1, true))).toEqual([undefined, BOOKED]);
  });

  test('books a write that did not fail as well', () => {
    expect(of({ 'table.recordAccess': false }, () => ended(1, false))).toEqual([
      undefined,
      [LOCK, 'table.recordAccess(5,false,3)', UNLOCK],
    ]);
  });

  test('takes no notice of a write above 64 KiB', () => {
    expect(of({}, () => ended(129, true))).toEqual([undefined, []]);
  });
});
