import { afterEach, describe, expect, test, vi } from 'vitest';
import { BadSectors, badWordOf, SOUND } from '../../../src/device/bad-sectors.ts';
import { FaultyMedium } from '../../../src/device/faulty-medium.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import {
  FailureWord,
  FaultControl,
  partOf,
  SECTOR_WORDS,
  STALE_SLOT_COUNT,
  StaleSlot,
  WORD_BYTES,
} from '../../../src/memory/layout.ts';
import { DATA_FAULTS, type DataFault } from '../../../src/scenario/plan.ts';
import { memoryFor, planWith, sectorIn } from '../../support/plans.ts';

/**
 * Goal: an ordered corruption leaves just what it is said to leave, in one sector of one write, and
 * is counted; a stall, a power cut and a bad sector stop a request where they are met.
 *
 * Method: one medium over memory in which every sector differs, and every sector looked at after.
 */
const SECTORS = 64;
const SPARES = 16;
const plan = planWith({
  device: { sectorCount: SECTORS, spare: { sectorCount: SPARES } },
  faults: {
    thread: null,
    badSectors: [],
    corruption: [{ name: '', enabled: true, kind: 'stale-read', rate: null, nth: 1, thread: 0 }],
  },
});

const OLD = { main: 1000, spare: 2000 } as const;
const PAYLOAD = 3000;
const NOWHERE = -7;

afterEach(() => {
  vi.restoreAllMocks();
});

function mediumWith({ cuts = false, sectorCount = SECTORS } = {}) {
  const memory = memoryFor(plan);
  const { words, layout, blocks } = memory;
  const own = partOf(layout.failures, 0, FailureWord.wordCount);
  const staging = partOf(layout.staging, 0, 2 * layout.stagingWords);
  const received = staging + layout.stagingWords;
  const powerWord = layout.faultControl + FaultControl.power;
  for (let sector = 0; sector < SECTORS; sector++)
    sectorIn(memory, 'main', sector).fill(OLD.main + sector);
  for (let spare = 0; spare < SPARES; spare++)
    sectorIn(memory, 'spare', spare).fill(OLD.spare + spare);
  for (let index = 0; index < 8; index++) {
    const from = staging + index * SECTOR_WORDS;
    words.fill(PAYLOAD + index, from, from + SECTOR_WORDS);
  }
  /** What is done while the nth copy is made, from 1. */
  const during: { nth: number; act: () => void } = { nth: 0, act: () => {} };
  let copies = 0;
  const copy: typeof blocks.copy = (target, source, bytes) => {
    if (++copies === during.nth) during.act();
    blocks.copy(target, source, bytes);
  };
  const shape = { sectorCount, spareCount: SPARES, own, cuts, hidesStale: true };
  const medium = new FaultyMedium(words, layout, copy, shape);
  const failures = {
    main: new BadSectors(words, layout.badMain),
    spare: new BadSectors(words, layout.badSpare),
  };
  return {
    memory,
    medium,
    failures,
    source: staging * WORD_BYTES,
    target: received * WORD_BYTES,
    order: (fault: DataFault, parameter: number) => {
      words[own + FailureWord.order] = DATA_FAULTS.indexOf(fault) + 1;
      words[own + FailureWord.parameter] = parameter;
    },
    isOrdered: () => words[own + FailureWord.order] !== 0,
    fails: (where: 'main' | 'spare', sector: number, fails: 'reads' | 'writes') =>
      failures[where].set(sector, badWordOf({ fails, lasts: 'for-ever', failedWrites: 0 })),
    whileCopying: (nth: number, act: () => void) => Object.assign(during, { nth, act }),
    cutPower: () => void words.fill(1, powerWord, powerWord + 1),
    /** Of one sector that was read, or of eight. */
    read: (where: 'Main' | 'Spare', first: number, count: number) => {
      words.fill(NOWHERE, received, received + 8 * SECTOR_WORDS);
      const outcome = medium[`read${where}`](first, count, received * WORD_BYTES);
      return [
        outcome,
        ...Array.from({ length: 8 }, (_, index) => {
          const from = received + index * SECTOR_WORDS;
          return evenly(words.subarray(from, from + SECTOR_WORDS));
        }).filter((value) => value !== NOWHERE),
      ];
    },
    /** Of every sector that does not hold what it held: what it holds. */
    changed: () => ({ ...changedIn('main', SECTORS), ...changedIn('spare', SPARES) }),
    counted: () => ({
      ...Object.fromEntries(
        DATA_FAULTS.map((fault, at) => [fault, words[own + FailureWord.planted + at]]).filter(
          ([, count]) => count !== 0,
        ),
      ),
      errors: [words[own + FailureWord.mediumErrors], words[own + FailureWord.mediumErrors + 1]],
    }),
    slotsInUse: () =>
      Array.from({ length: STALE_SLOT_COUNT }, (_, slot) => {
        const word = layout.staleSlots + slot * StaleSlot.wordCount;
        const data = word + StaleSlot.data;
        return [slot, words[word], evenly(words.subarray(data, data + SECTOR_WORDS))] as const;
      }).filter(([, state, data]) => state !== 0 || data !== 0),
    latches: () => ({
      main: [...words.subarray(layout.mainLatches, layout.mainLatches + layout.mainLatchMask + 1)],
      spare: [
        ...words.subarray(layout.spareLatches, layout.spareLatches + layout.spareLatchMask + 1),
      ],
    }),
  };

  function changedIn(where: 'main' | 'spare', count: number): Record<string, unknown> {
    const all = Array.from({ length: count }, (_, at) => {
      const holds = [...sectorIn(memory, where, at)];
      return [`${where} ${at}`, described(holds, OLD[where] + at)] as const;
    });
    return Object.fromEntries(all.filter(([, what]) => what !== ''));
  }
}

/** The one value of all words, or NaN. */
function evenly(part: Int32Array): number {
  return part.every((word) => word === part[0]) ? (part[0] as number) : Number.NaN;
}

function described(holds: readonly number[], old: number): string {
  if (holds.every((word) => word === old)) return '';
  const begin = holds[0] as number;
  const differing = holds.findIndex((word) => word !== begin);
  const isPayload = (word: number) => word >= PAYLOAD && word < PAYLOAD + 8;
  if (differing < 0) return isPayload(begin) ? `payload ${begin - PAYLOAD}` : `all ${begin}`;
  if (isPayload(begin) && holds.slice(differing).every((word) => word === old)) {
    return `payload ${begin - PAYLOAD}, ${4 * differing} bytes`;
  }
  const usual = holds[0] === holds[1] ? begin : (holds[2] as number);
  const odd = holds.flatMap((word, at) => (word === usual ? [] : [[word ^ usual, at] as const]));
  const [[turned, at]] = odd as [readonly [number, number]];
  if (odd.length === 1 && isPayload(usual) && (turned & (turned - 1)) === 0) {
    return `payload ${usual - PAYLOAD}, bit ${32 * at + 31 - Math.clz32(turned)} turned`;
  }
  return `noise ${holds.slice(0, 3).join(' ')}`;
}

/** Sectors 8 to 11 of the main device, but for the one at the index. */
function othersThan(index: number): Record<string, string> {
  return Object.fromEntries(
    [0, 1, 2, 3].filter((at) => at !== index).map((at) => [`main ${8 + at}`, `payload ${at}`]),
  );
}

describe('of a write of four sectors, one', () => {
  // The parameter picks the sector by its remainder; what else it picks stands in its upper bits.
  test.each([
    ['lost-write', 0, 0, {}],
    ['lost-write', 3, 3, {}],
    ['lost-write', 0x80000002, 2, {}],
    ['torn-write', 1, 1, { 'main 9': 'payload 1, 32 bytes' }],
    ['torn-write', (3 << 8) + 1, 1, { 'main 9': 'payload 1, 32 bytes' }],
    ['torn-write', (5 << 8) + 2, 2, { 'main 10': 'payload 2, 36 bytes' }],
    ['torn-write', (447 << 8) + 3, 3, { 'main 11': 'payload 3, 476 bytes' }],
    ['torn-write', 448 << 8, 0, { 'main 8': 'payload 0, 32 bytes' }],
    ['misdirected', 1, 1, { 'main 10': 'payload 1' }],
    ['misdirected', (7 << 4) + 1, 1, { 'main 17': 'payload 1' }],
    ['misdirected', (62 << 4) + 3, 3, { 'main 10': 'payload 3' }],
    ['misdirected', (63 << 4) + 3, 3, { 'main 12': 'payload 3' }],
    ['misdirected', (60 << 4) + 2, 2, { 'main 7': 'payload 2' }],
    ['bit-flip', 1, 1, { 'main 9': 'payload 1, bit 0 turned' }],
    ['bit-flip', (4095 << 8) + 2, 2, { 'main 10': 'payload 2, bit 4095 turned' }],
    ['bit-flip', (4096 << 8) + 3, 3, { 'main 11': 'payload 3, bit 0 turned' }],
    ['bit-flip', (521 << 8) + 3, 3, { 'main 11': 'payload 3, bit 521 turned' }],
    ['foreign-data', 8, 0, { 'main 8': 'noise 2433321 604648969 1001376492' }],
    ['foreign-data', 9, 1, { 'main 9': 'noise 2433321 604648969 1001376492' }],
  ] as const)('%s by %i: sector %i', (fault, parameter, index, left) => {
    const { medium, order, isOrdered, source, changed, counted } = mediumWith();
    order(fault, parameter | 0);
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.done);
    // A misdirected one may go over one that was right.
    expect(changed()).toEqual({ ...othersThan(index), ...left });
    expect(counted()).toEqual({ [fault]: 1, errors: [0, 0] });
    expect(isOrdered()).toBe(false);
    // The next write is as it should be.
    medium.writeMain(8, 4, source);
    expect(changed()).toMatchObject(othersThan(-1));
  });

  test('on the spare area, misdirected within it', () => {
    const { medium, order, source, changed } = mediumWith();
    order('misdirected', 13 << 4);
    medium.writeSpare(2, 1, source);
    expect(changed()).toEqual({ 'spare 0': 'payload 0' });
  });

  test.each([
    [2, 16, 'main 1'],
    [1, 16, 'main 0'],
  ])('on a device of %i, misdirected to what there is', (sectorCount, parameter, where) => {
    const { medium, order, source, changed } = mediumWith({ sectorCount });
    order('misdirected', parameter);
    medium.writeMain(0, 1, source);
    expect(changed()).toEqual({ [where]: 'payload 0' });
  });
});

test('a write that fails at once leaves the order to the next one', () => {
  const { medium, order, isOrdered, fails, source, changed, counted } = mediumWith();
  order('lost-write', 0);
  fails('main', 8, 'writes');
  expect(medium.writeMain(8, 4, source)).toBe(Outcome.writeError);
  expect([isOrdered(), medium.failedSector()]).toEqual([true, 8]);
  expect(changed()).toEqual({});
  // One that fails later carries it out on what goes through.
  expect(medium.writeMain(6, 4, source)).toBe(Outcome.writeError);
  expect([isOrdered(), medium.failedSector()]).toEqual([false, 8]);
  expect(changed()).toEqual({ 'main 7': 'payload 1' });
  expect(counted()).toEqual({ 'lost-write': 1, errors: [0, 2] });
});

describe('a stale read', () => {
  test('what was there is kept in a slot, for one reader', () => {
    const { medium, order, source, changed, slotsInUse, counted, read } = mediumWith();
    order('stale-read', 6);
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.done);
    expect(changed()).toEqual(othersThan(-1));
    expect(slotsInUse()).toEqual([[6, 1, 1010]]);
    expect(counted()).toEqual({ errors: [0, 0] });
    // Not for one that ends before it, or begins after it.
    expect(read('Main', 7, 3)).toEqual([Outcome.done, 1007, 3000, 3001]);
    expect(read('Main', 11, 1)).toEqual([Outcome.done, 3003]);
    expect(read('Main', 8, 4)).toEqual([Outcome.done, 3000, 3001, 1010, 3003]);
    expect(counted()).toEqual({ 'stale-read': 1, errors: [0, 0] });
    expect(slotsInUse()).toEqual([[6, 0, 1010]]);
    expect(read('Main', 8, 4)).toEqual([Outcome.done, 3000, 3001, 3002, 3003]);
  });

  test('of two writes before the next read, only the first is kept', () => {
    const { medium, order, source, slotsInUse, read } = mediumWith();
    order('stale-read', 63);
    medium.writeMain(8, 1, source);
    order('stale-read', 5);
    medium.writeMain(8, 1, source);
    expect(slotsInUse()).toEqual([
      [5, 0, 3000],
      [63, 1, 1008],
    ]);
    expect(read('Main', 8, 1)).toEqual([Outcome.done, 1008]);
  });

  test('from the slot hinted at on, the next one that is free', () => {
    const { medium, order, source, slotsInUse } = mediumWith();
    for (const sector of [20, 21, 22]) {
      order('stale-read', 63);
      medium.writeMain(sector, 1, source);
    }
    expect(slotsInUse()).toEqual([
      [0, 1, 1021],
      [1, 1, 1022],
      [63, 1, 1020],
    ]);
  });

  test('with all slots in use it is an ordinary write', () => {
    const { medium, order, source, changed, slotsInUse, read } = mediumWith();
    for (let sector = 0; sector < SECTORS; sector++) {
      order('stale-read', 63);
      medium.writeMain(sector, 1, source);
    }
    const full = slotsInUse();
    expect(full.map(([, state]) => state)).toEqual(Array(STALE_SLOT_COUNT).fill(1));
    order('stale-read', 63);
    expect(medium.writeSpare(3, 2, source)).toBe(Outcome.done);
    expect(slotsInUse()).toEqual(full);
    expect(changed()).toMatchObject({ 'spare 3': 'payload 0', 'spare 4': 'payload 1' });
    expect(changed()).not.toHaveProperty('spare 5');
    expect(read('Spare', 3, 2)).toEqual([Outcome.done, 3000, 3001]);
    // One read, and there is one again.
    expect(read('Main', 9, 1)).toEqual([Outcome.done, 1009]);
    order('stale-read', 63);
    medium.writeSpare(3, 1, source);
    expect(read('Spare', 3, 2)).toEqual([Outcome.done, 3000, 3001]);
    expect(slotsInUse()).toHaveLength(STALE_SLOT_COUNT);
  });

  test('where the sector is not readable any more, it stays hidden', () => {
    const { medium, order, source, fails, read } = mediumWith();
    order('stale-read', 2);
    medium.writeMain(8, 4, source);
    fails('main', 10, 'reads');
    expect(read('Main', 8, 4)).toEqual([Outcome.readError, 3000, 3001]);
    fails('main', 10, 'writes');
    expect(read('Main', 8, 4)).toEqual([Outcome.done, 3000, 3001, 1010, 3003]);
  });
});

describe('the power goes', () => {
  test('between two sectors of a write: what came before stays, and nothing of it is healed', () => {
    const { medium, failures, source, changed, cutPower, whileCopying } = mediumWith({
      cuts: true,
    });
    for (const sector of [8, 11]) failures.main.lose(sector);
    whileCopying(2, cutPower);
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.powerOff);
    expect(changed()).toEqual({ 'main 8': 'payload 0', 'main 9': 'payload 1' });
    expect([failures.main.isLost(8), failures.main.isLost(11)]).toEqual([true, true]);
  });

  test('where no cut is planned, a write is one transfer', () => {
    const { medium, source, changed, cutPower, whileCopying } = mediumWith();
    whileCopying(1, cutPower);
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.done);
    expect(changed()).toEqual(othersThan(-1));
  });

  test('whole writes are made sector by sector, each from its place', () => {
    const { medium, source, changed } = mediumWith({ cuts: true });
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.done);
    expect(changed()).toEqual(othersThan(-1));
  });

  test('and after it nothing is served', () => {
    const { medium, failures, order, isOrdered, source, changed, cutPower, read, counted } =
      mediumWith();
    order('lost-write', 0);
    expect([medium.flushMain(), medium.flushSpare()]).toEqual([Outcome.done, Outcome.done]);
    cutPower();
    expect(medium.writeMain(8, 4, source)).toBe(Outcome.powerOff);
    expect(medium.writeSpare(8, 4, source)).toBe(Outcome.powerOff);
    expect(medium.moveToMain(1, 2)).toBe(Outcome.powerOff);
    expect(medium.moveToSpare(1, 2)).toBe(Outcome.powerOff);
    expect(medium.moveSpare(1, 2)).toBe(Outcome.powerOff);
    expect(medium.loseSpare(3)).toBe(Outcome.powerOff);
    expect([medium.flushMain(), medium.flushSpare()]).toEqual([Outcome.powerOff, Outcome.powerOff]);
    expect([read('Main', 8, 4), read('Spare', 8, 4)]).toEqual([
      [Outcome.powerOff],
      [Outcome.powerOff],
    ]);
    expect([isOrdered(), failures.spare.isLost(3), changed()]).toEqual([true, false, {}]);
    expect(counted()).toEqual({ errors: [0, 0] });
  });
});

test('while nothing is served a request waits, and then goes on', () => {
  const { memory, medium, source, changed, cutPower } = mediumWith();
  const { words, layout } = memory;
  const stall = layout.faultControl + FaultControl.stall;
  words[stall] = 1;
  vi.spyOn(Atomics, 'wait').mockImplementation((view, index) => {
    expect([view === (words as unknown), index, changed()]).toEqual([true, stall, {}]);
    words[stall] = 0;
    return 'ok';
  });
  expect(medium.writeMain(8, 1, source)).toBe(Outcome.done);
  expect(changed()).toEqual({ 'main 8': 'payload 0' });
  // One that waits when the power goes is not served.
  words[stall] = 1;
  vi.spyOn(Atomics, 'wait').mockImplementation(() => {
    cutPower();
    words[stall] = 0;
    return 'ok';
  });
  expect(medium.flushMain()).toBe(Outcome.powerOff);
});

describe('a move', () => {
  /** Nothing of this is about the sectors moved: their neighbours. */
  function moving() {
    const world = mediumWith();
    const { failures, fails } = world;
    for (const where of ['main', 'spare'] as const) {
      fails(where, 2, 'reads');
      failures[where].lose(2);
      fails(where, 5, 'writes');
    }
    return world;
  }

  test.each([
    ['moveToSpare', 1, 4, { 'spare 4': 'all 1001' }],
    ['moveToMain', 1, 4, { 'main 4': 'all 2001' }],
    ['moveSpare', 1, 4, { 'spare 4': 'all 2001' }],
  ] as const)('%s is of one sector', (move, from, to, left) => {
    const { medium, changed, failures, counted } = moving();
    const target = move === 'moveToMain' ? failures.main : failures.spare;
    target.lose(4);
    target.lose(5);
    expect(medium[move](from, to)).toBe(Outcome.done);
    expect(changed()).toEqual(left);
    expect([target.isLost(4), target.isLost(5)]).toEqual([false, true]);
    expect(counted()).toEqual({ errors: [0, 0] });
  });

  test.each(['moveToSpare', 'moveToMain', 'moveSpare'] as const)(
    '%s fails where either side does, and says where',
    (move) => {
      const { medium, changed, fails, counted } = moving();
      fails('main', 7, 'reads');
      fails('spare', 7, 'reads');
      expect([medium[move](7, 4), medium.failedSector()]).toEqual([Outcome.readError, 7]);
      expect([medium[move](2, 4), medium.failedSector()]).toEqual([Outcome.dataLost, 2]);
      expect([medium[move](1, 5), medium.failedSector()]).toEqual([Outcome.writeError, 5]);
      expect(changed()).toEqual({});
      expect(counted()).toEqual({ errors: [2, 1] });
    },
  );

  test('reads the one under its latch, and writes the other under its own', () => {
    const { medium, latches, whileCopying } = mediumWith();
    const idle = latches();
    const seen: unknown[] = [];
    whileCopying(1, () => seen.push(latches()));
    medium.moveToSpare(17, 9);
    expect(seen).toEqual([
      {
        main: idle.main.map((_, block) => (block === 2 ? 2 : 0)),
        spare: idle.spare.map((_, block) => (block === 1 ? 1 : 0)),
      },
    ]);
    expect(latches()).toEqual(idle);
  });
});

test('a spare that can be written is lost until it is; one that cannot, is not', () => {
  const { medium, failures, fails, read, counted } = mediumWith();
  fails('spare', 4, 'writes');
  expect(medium.loseSpare(3)).toBe(Outcome.done);
  expect(medium.loseSpare(4)).toBe(Outcome.writeError);
  expect([3, 4].map((spare) => failures.spare.isLost(spare))).toEqual([true, false]);
  expect(read('Spare', 3, 1)).toEqual([Outcome.dataLost]);
  expect(failures.spare.firstFailingRead(4, 1)).toBe(SOUND);
  expect(counted()).toEqual({ errors: [1, 1] });
});
