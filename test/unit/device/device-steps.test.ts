import { afterEach, describe, expect, test, vi } from 'vitest';
import { Device, type DeviceShape } from '../../../src/device/device.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { STRIDE } from '../../../src/memory/layout.ts';
import { SECTOR_BYTES } from '../../../src/scenario/plan.ts';

/**
 * Goal: what a device asks of table, lock, medium and metadata, in which order, and what is said to
 * be in flight or moving at each of these steps.
 *
 * Method: all that it works on is a stand-in that writes its calls down, each with the ranges that
 * the three threads have in flight and the one that is moving. A wait is where somebody else takes
 * his next step.
 *
 * Not covered: threads; see the model tests.
 */
const THREAD_COUNT = 3;
const SPARE_COUNT = 16;
const LONGEST = 8;
/** Neither begins at 0. */
const IN_FLIGHT = 2 * STRIDE;
const MOVING = 7 * STRIDE;
const NOBODY = '- - - | -';

/** First sector and length as they stand in a word. */
function rangeIn(word: number): string {
  return word === 0 ? '-' : `${word >>> 5}+${2 ** ((word & 31) - 1)}`;
}

function wordOf(lba: number, power: number): number {
  return (lba << 5) | (power + 1);
}

interface Parts {
  readonly shape?: Partial<DeviceShape>;
  readonly lookupNeedsLock?: boolean;
  /** LBA -> spare. */
  readonly remapped?: Readonly<Record<number, number>>;
  readonly completes?: boolean;
  /** Says that it may hold what it does not hold. */
  readonly suspects?: boolean;
}

function deviceWith(parts: Parts = {}) {
  const { shape = {}, lookupNeedsLock = false, remapped = {} } = parts;
  const { completes = false, suspects = false } = parts;
  const words = new Int32Array(new SharedArrayBuffer(4 * 8 * STRIDE));
  const calls: string[] = [];
  /** What is answered, by name of the method; the last answer goes on. */
  const answers = new Map<string, number[]>();
  const ranges = () => {
    const inFlight = Array.from({ length: THREAD_COUNT }, (_, thread) =>
      rangeIn(words[IN_FLIGHT + thread * STRIDE] as number),
    );
    return `${inFlight.join(' ')} | ${rangeIn(words[MOVING] as number)}`;
  };
  const note = (call: string) => void calls.push(`${call}  ${ranges()}`);
  const answerOf = (name: string, otherwise: number): number => {
    const left = answers.get(name) ?? [];
    return (left.length > 1 ? left.shift() : left[0]) ?? otherwise;
  };
  const standIn = (name: string): never =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) => {
            note(`${name}.${String(method)}(${args.join()})`);
            return answerOf(String(method), Outcome.done);
          },
      },
    ) as never;
  const spareAt = (lba: number) => remapped[lba] ?? ON_MAIN;
  const table = {
    lookupNeedsLock,
    mayHold(lba: number, sectorCount: number): boolean {
      note(`table.mayHold(${lba},${sectorCount})`);
      const covered = Array.from({ length: sectorCount }, (_, at) => lba + at);
      return suspects || covered.some((one) => spareAt(one) !== ON_MAIN);
    },
    resolve(lba: number, sectorCount: number, into: Int32Array): void {
      note(`table.resolve(${lba},${sectorCount})`);
      expect(into.length).toBe(LONGEST);
      for (let at = 0; at < sectorCount; at++) into[at] = spareAt(lba + at);
    },
    spareFor: spareAt,
    isFull: () => answerOf('isFull', 0) === 1,
    insert: (lba: number, spare: number) => note(`table.insert(${lba},${spare})`),
    remove: (lba: number) => note(`table.remove(${lba})`),
  };
  const device = new Device(
    words,
    {
      medium: standIn('medium'),
      metadata: standIn('metadata'),
      table: table as never,
      targetLock: standIn('lock'),
      sectorCountMax: LONGEST,
      completion: completes ? standIn('completion') : null,
    },
    {
      threadCount: THREAD_COUNT,
      spareCount: SPARE_COUNT,
      firstSectorDecides: false,
      drainsInFlight: true,
      inFlight: IN_FLIGHT,
      moving: MOVING,
      ...shape,
    },
  );
  return {
    device,
    words,
    answers,
    /** What a call answers, what was asked for, and what is said to be under way at its end. */
    of: (call: (device: Device) => unknown): readonly unknown[] => {
      calls.length = 0;
      return [call(device), ...calls, ranges()];
    },
    /** At each wait the next of these steps is taken; answers with the waits, one by one. */
    others(steps: (() => void)[]): string[] {
      const waits: string[] = [];
      vi.spyOn(Atomics, 'wait').mockImplementation(((
        view: Int32Array,
        at: number,
        seen: number,
      ) => {
        expect(view).toBe(words);
        const where = at === MOVING ? 'moving' : `thread ${(at - IN_FLIGHT) / STRIDE}`;
        waits.push(`${where} is ${rangeIn(seen)}  ${ranges()}`);
        const step = steps.shift();
        if (step === undefined) throw new Error('waits for nobody');
        step();
        return 'timed-out';
      }) as never);
      return waits;
    },
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('on the main device', () => {
  test('a request is in flight from before it is looked up until it has been served', () => {
    const { of } = deviceWith();
    expect(of((device) => device.read(1, 100, 8, 4096))).toEqual([
      Outcome.done,
      'table.mayHold(100,8)  - 100+8 - | -',
      'medium.readMain(100,8,4096)  - 100+8 - | -',
      NOBODY,
    ]);
    expect(of((device) => device.write(2, 7, 1, 512))).toEqual([
      Outcome.done,
      'table.mayHold(7,1)  - - 7+1 | -',
      'medium.writeMain(7,1,512)  - - 7+1 | -',
      NOBODY,
    ]);
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 8],
    [8, 8],
  ])('%i sectors in flight are covered by %i', (sectorCount, covered) => {
    const { of } = deviceWith();
    const high = 2 ** 26 + 3;
    expect(of((device) => device.read(0, high, sectorCount, 0))[1]).toBe(
      `table.mayHold(${high},${sectorCount})  ${high}+${covered} - - | -`,
    );
  });

  test.each(['read', 'write'] as const)('a %s that fails says where', (how) => {
    const { device, answers, of } = deviceWith();
    answers.set('readMain', [Outcome.readError]);
    answers.set('writeMain', [Outcome.writeError]);
    answers.set('failedSector', [103]);
    const outcome = how === 'read' ? Outcome.readError : Outcome.writeError;
    expect(of((one) => one[how](1, 100, 8, 4096))).toEqual([
      outcome,
      'table.mayHold(100,8)  - 100+8 - | -',
      `medium.${how}Main(100,8,4096)  - 100+8 - | -`,
      'medium.failedSector()  - 100+8 - | -',
      NOBODY,
    ]);
    expect([device.failedLba(), device.failedSpare()]).toEqual([103, ON_MAIN]);
  });

  test('without draining nothing is said to be in flight, or moving', () => {
    const { words, of, device } = deviceWith({ shape: { drainsInFlight: false } });
    const mine = wordOf(5, 0);
    for (let thread = 0; thread < THREAD_COUNT; thread++) words[IN_FLIGHT + thread * STRIDE] = mine;
    words[MOVING] = mine;
    const before = words.slice();
    const untouched = '5+1 5+1 5+1 | 5+1';
    expect(of((one) => one.read(0, 5, 1, 0))).toEqual([
      Outcome.done,
      `table.mayHold(5,1)  ${untouched}`,
      `medium.readMain(5,1,0)  ${untouched}`,
      untouched,
    ]);
    expect(device.write(0, 5, 1, 0)).toBe(Outcome.done);
    expect(device.attach(5, 9)).toBe(Outcome.done);
    expect(words).toEqual(before);
  });
});

describe('what looks after writes', () => {
  test('is told when the write is no longer in flight, and whether it failed', () => {
    const { answers, of } = deviceWith({ completes: true });
    expect(of((device) => device.write(1, 100, 8, 0)).slice(3)).toEqual([
      `completion.ended(1,100,8,false)  ${NOBODY}`,
      NOBODY,
    ]);
    answers.set('writeMain', [Outcome.writeError]);
    expect(of((device) => device.write(1, 100, 8, 0)).slice(4)).toEqual([
      `completion.ended(1,100,8,true)  ${NOBODY}`,
      NOBODY,
    ]);
  });

  test('is not told of reads', () => {
    const { of } = deviceWith({ completes: true });
    expect(of((device) => device.read(1, 100, 8, 0))).toHaveLength(4);
  });
});

describe('beside remapped sectors', () => {
  const remapped = { 100: 6, 102: 7, 103: 3, 107: 15 };
  /** Bytes are counted as the copies do, in 32 bits. */
  const near = 2 ** 31 - SECTOR_BYTES;
  const at = (sectors: number) => (near + sectors * SECTOR_BYTES) | 0;

  test.each(['read', 'write'] as const)('a %s is split, runs of the main device whole', (how) => {
    const { of } = deviceWith({ remapped });
    expect(of((device) => device[how](1, 100, 8, near))).toEqual([
      Outcome.done,
      'table.mayHold(100,8)  - 100+8 - | -',
      'table.resolve(100,8)  - 100+8 - | -',
      `medium.${how}Spare(6,1,${at(0)})  - 100+8 - | -`,
      `medium.${how}Main(101,1,${at(1)})  - 100+8 - | -`,
      `medium.${how}Spare(7,1,${at(2)})  - 100+8 - | -`,
      `medium.${how}Spare(3,1,${at(3)})  - 100+8 - | -`,
      `medium.${how}Main(104,3,${at(4)})  - 100+8 - | -`,
      `medium.${how}Spare(15,1,${at(7)})  - 100+8 - | -`,
      NOBODY,
    ]);
    // What an earlier request found in the same place is nothing to a shorter one.
    expect(of((device) => device[how](1, 107, 2, 0)).slice(3)).toEqual([
      `medium.${how}Spare(15,1,0)  - 107+2 - | -`,
      `medium.${how}Main(108,1,512)  - 107+2 - | -`,
      NOBODY,
    ]);
    expect(of((device) => device[how](1, 107, 8, 0)).slice(4)).toEqual([
      `medium.${how}Main(108,7,512)  - 107+8 - | -`,
      NOBODY,
    ]);
    expect(of((device) => device[how](1, 107, 3, 0)).slice(4)).toEqual([
      `medium.${how}Main(108,2,512)  - 107+4 - | -`,
      NOBODY,
    ]);
    expect(of((device) => device[how](1, 99, 2, 0)).slice(3)).toEqual([
      `medium.${how}Main(99,1,0)  - 99+2 - | -`,
      `medium.${how}Spare(6,1,512)  - 99+2 - | -`,
      NOBODY,
    ]);
    expect(of((device) => device[how](1, 103, 3, 0)).slice(3)).toEqual([
      `medium.${how}Spare(3,1,0)  - 103+4 - | -`,
      `medium.${how}Main(104,2,512)  - 103+4 - | -`,
      NOBODY,
    ]);
  });

  test.each(['read', 'write'] as const)('a %s ends with the spare that fails', (how) => {
    const { device, answers, of } = deviceWith({ remapped });
    answers.set(`${how}Spare`, [Outcome.done, Outcome.done, Outcome.dataLost]);
    const steps = of((one) => one[how](1, 100, 8, 0));
    expect(steps[0]).toBe(Outcome.dataLost);
    expect(steps.slice(-2)).toEqual([
      `medium.${how}Spare(3,1,${3 * SECTOR_BYTES})  - 100+8 - | -`,
      NOBODY,
    ]);
    expect([device.failedLba(), device.failedSpare()]).toEqual([103, 3]);
  });

  test.each(['read', 'write'] as const)('a %s ends with the run that fails', (how) => {
    const { device, answers, of } = deviceWith({ remapped });
    answers.set(`${how}Main`, [Outcome.done, Outcome.powerOff]);
    answers.set('failedSector', [105]);
    const steps = of((one) => one[how](1, 100, 8, 0));
    expect(steps[0]).toBe(Outcome.powerOff);
    expect(steps.slice(-3)).toEqual([
      `medium.${how}Main(104,3,${4 * SECTOR_BYTES})  - 100+8 - | -`,
      'medium.failedSector()  - 100+8 - | -',
      NOBODY,
    ]);
    expect([device.failedLba(), device.failedSpare()]).toEqual([105, ON_MAIN]);
  });

  test('where lookups need the lock, nobody waits for it while in flight', () => {
    const { of } = deviceWith({ remapped, lookupNeedsLock: true });
    expect(of((device) => device.read(1, 107, 3, 0))).toEqual([
      Outcome.done,
      'table.mayHold(107,3)  - 107+4 - | -',
      `lock.acquire(1)  ${NOBODY}`,
      'table.resolve(107,3)  - 107+4 - | -',
      'lock.release(1)  - 107+4 - | -',
      'medium.readSpare(15,1,0)  - 107+4 - | -',
      'medium.readMain(108,2,512)  - 107+4 - | -',
      NOBODY,
    ]);
    const { of: undrained } = deviceWith({
      remapped,
      lookupNeedsLock: true,
      shape: { drainsInFlight: false },
    });
    expect(undrained((device) => device.write(1, 107, 1, 0))).toEqual([
      Outcome.done,
      `table.mayHold(107,1)  ${NOBODY}`,
      `lock.acquire(1)  ${NOBODY}`,
      `table.resolve(107,1)  ${NOBODY}`,
      `lock.release(1)  ${NOBODY}`,
      `medium.writeSpare(15,1,0)  ${NOBODY}`,
      NOBODY,
    ]);
  });
});

describe.each(['read', 'write'] as const)('where the first sector decides, a %s', (how) => {
  const shape = { firstSectorDecides: true };
  const remapped = { 100: 8, 200: 9, 300: 0 };

  test('goes to the spares as a whole', () => {
    const { of } = deviceWith({ shape, remapped });
    expect(of((device) => device[how](1, 100, 8, 64))).toEqual([
      Outcome.done,
      'table.mayHold(100,1)  - 100+8 - | -',
      'table.resolve(100,1)  - 100+8 - | -',
      `medium.${how}Spare(8,8,64)  - 100+8 - | -`,
      NOBODY,
    ]);
    expect(of((device) => device[how](1, 300, 2, 64))[3]).toBe(
      `medium.${how}Spare(0,2,64)  - 300+2 - | -`,
    );
  });

  test('fails past the end of the spare area, and asks for nothing', () => {
    const { of } = deviceWith({ shape, remapped });
    expect(of((device) => device[how](1, 200, 8, 64))).toEqual([
      Outcome.pastSpareArea,
      'table.mayHold(200,1)  - 200+8 - | -',
      'table.resolve(200,1)  - 200+8 - | -',
      NOBODY,
    ]);
  });

  test('goes to the main device whatever it covers behind it', () => {
    const { of } = deviceWith({ shape, remapped });
    expect(of((device) => device[how](1, 99, 8, 64))).toEqual([
      Outcome.done,
      'table.mayHold(99,1)  - 99+8 - | -',
      `medium.${how}Main(99,8,64)  - 99+8 - | -`,
      NOBODY,
    ]);
  });

  test('goes there too where the table could only say that there may be something', () => {
    const { of } = deviceWith({ shape, remapped, suspects: true });
    expect(of((device) => device[how](1, 99, 8, 64))).toEqual([
      Outcome.done,
      'table.mayHold(99,1)  - 99+8 - | -',
      'table.resolve(99,1)  - 99+8 - | -',
      `medium.${how}Main(99,8,64)  - 99+8 - | -`,
      NOBODY,
    ]);
  });

  test('that fails names the sector behind the spare that failed', () => {
    const { device, answers, of } = deviceWith({ shape, remapped });
    answers.set(`${how}Spare`, [Outcome.dataLost]);
    answers.set('failedSector', [11]);
    expect(of((one) => one[how](1, 100, 8, 64))[0]).toBe(Outcome.dataLost);
    expect([device.failedLba(), device.failedSpare()]).toEqual([103, 11]);
  });
});

describe('a move', () => {
  const at50 = { 50: 6 };

  test('to a spare: said to be moving, copied, recorded, published, in this order', () => {
    const { of } = deviceWith();
    expect(of((device) => device.attach(50, 9))).toEqual([
      Outcome.done,
      'medium.moveToSpare(50,9)  - - - | 50+1',
      'metadata.recordRemap(50,9)  - - - | 50+1',
      'table.insert(50,9)  - - - | 50+1',
      NOBODY,
    ]);
  });

  test('back: copied, recorded, forgotten', () => {
    const { of } = deviceWith({ remapped: at50 });
    expect(of((device) => device.detach(50))).toEqual([
      6,
      'medium.moveToMain(6,50)  - - - | 50+1',
      'metadata.recordUnremap(50,6)  - - - | 50+1',
      'table.remove(50)  - - - | 50+1',
      NOBODY,
    ]);
  });

  test('ends where a step fails, and publishes nothing', () => {
    const { answers, of } = deviceWith({ remapped: { 51: 6 } });
    const copied = 'medium.moveToSpare(50,9)  - - - | 50+1';
    const back = 'medium.moveToMain(6,51)  - - - | 51+1';
    answers.set('recordRemap', [Outcome.powerOff]);
    answers.set('recordUnremap', [Outcome.powerOff]);
    expect(of((device) => device.attach(50, 9))).toEqual([
      Outcome.powerOff,
      copied,
      'metadata.recordRemap(50,9)  - - - | 50+1',
      NOBODY,
    ]);
    expect(of((device) => device.detach(51))).toEqual([
      ON_MAIN,
      back,
      'metadata.recordUnremap(51,6)  - - - | 51+1',
      NOBODY,
    ]);
    answers.set('moveToSpare', [Outcome.writeError]);
    answers.set('moveToMain', [Outcome.writeError]);
    expect(of((device) => device.attach(50, 9))).toEqual([Outcome.writeError, copied, NOBODY]);
    expect(of((device) => device.detach(51))).toEqual([ON_MAIN, back, NOBODY]);
  });

  test('is not begun where there is nothing to move, or no room for it', () => {
    const { answers, of } = deviceWith({ remapped: at50 });
    expect(of((device) => device.attach(50, 9))).toEqual([Outcome.alreadyRemapped, NOBODY]);
    expect(of((device) => device.detach(51))).toEqual([ON_MAIN, NOBODY]);
    answers.set('isFull', [1]);
    expect(of((device) => device.attach(51, 9))).toEqual([Outcome.tableFull, NOBODY]);
    expect(of((device) => device.relocate(51, 9, 1))).toEqual([Outcome.tableFull, NOBODY]);
  });

  test('finds where a sector is', () => {
    const { device } = deviceWith({ remapped: at50 });
    expect([device.spareOf(50), device.spareOf(51)]).toEqual([6, ON_MAIN]);
  });
});

describe('a sector that fails', () => {
  const reads = (times: number) =>
    Array.from({ length: times }, () => 'medium.moveToSpare(50,9)  - - - | 50+1');
  const published = 'table.insert(50,9)  - - - | 50+1';
  const lost = 'medium.loseSpare(9)  - - - | 50+1';
  const { readError, writeError, dataLost, done, powerOff } = Outcome;

  test.each([
    { copies: [done], times: 1, steps: [published], says: done },
    { copies: [readError, readError, done], times: 3, steps: [published], says: done },
    { copies: [readError], times: 3, steps: [lost, published], says: dataLost },
    { copies: [readError, dataLost], times: 2, steps: [lost, published], says: dataLost },
    { copies: [readError, writeError], times: 2, steps: [], says: writeError },
    { copies: [powerOff], times: 1, steps: [], says: powerOff },
  ])(
    'copied with $copies, read $times times, ends with $says',
    ({ copies, times, steps, says }) => {
      const { answers, of } = deviceWith();
      answers.set('moveToSpare', [...copies]);
      const expected = [says, ...reads(times), ...steps, NOBODY];
      expect(of((device) => device.relocate(50, 9, 3))).toEqual(expected);
    },
  );

  test('that cannot be marked as lost either stays where it is', () => {
    const { answers, of } = deviceWith();
    answers.set('moveToSpare', [readError]);
    answers.set('loseSpare', [powerOff]);
    expect(of((device) => device.relocate(50, 9, 1))).toEqual([
      powerOff,
      ...reads(1),
      lost,
      NOBODY,
    ]);
  });

  test('on a spare goes to another one, in a full table too', () => {
    const { answers, of } = deviceWith({ remapped: { 50: 6 } });
    answers.set('isFull', [1]);
    answers.set('moveSpare', [readError, done]);
    const copied = 'medium.moveSpare(6,9)  - - - | 50+1';
    expect(of((device) => device.relocate(50, 9, 3))).toEqual([
      done,
      copied,
      copied,
      'table.remove(50)  - - - | 50+1',
      published,
      NOBODY,
    ]);
  });
});

describe('a move and a request that meet', () => {
  /** What thread t has in flight. */
  const flight = (thread: number) => IN_FLIGHT + thread * STRIDE;

  test('the move waits for every thread whose range covers its sector', () => {
    const { words, others, of } = deviceWith();
    words[flight(0)] = wordOf(48, 2);
    words[flight(2)] = wordOf(43, 3);
    const waits = others([
      () => {
        words[flight(0)] = wordOf(50, 0);
      },
      () => {
        words[flight(0)] = wordOf(51, 4);
      },
      () => {
        words[flight(2)] = 0;
      },
    ]);
    expect(of((device) => device.attach(50, 9))[1]).toBe(
      'medium.moveToSpare(50,9)  51+16 - - | 50+1',
    );
    expect(waits).toEqual([
      'thread 0 is 48+4  48+4 - 43+8 | 50+1',
      'thread 0 is 50+1  50+1 - 43+8 | 50+1',
      'thread 2 is 43+8  51+16 - 43+8 | 50+1',
    ]);
  });

  test('the move does not wait for what ends before its sector, or begins behind it', () => {
    const { words, others, of } = deviceWith();
    words[flight(0)] = wordOf(42, 3);
    words[flight(1)] = wordOf(51, 3);
    words[flight(2)] = wordOf(49, 0);
    const waits = others([]);
    expect(of((device) => device.attach(50, 9))[0]).toBe(Outcome.done);
    expect(waits).toEqual([]);
  });

  test('the request steps back until nothing moves in its range', () => {
    const { words, others, of } = deviceWith();
    words[MOVING] = wordOf(107, 0);
    const waits = others([
      () => {
        words[MOVING] = wordOf(100, 0);
      },
      () => {
        words[MOVING] = wordOf(108, 0);
      },
    ]);
    expect(of((device) => device.write(1, 100, 5, 0))).toEqual([
      Outcome.done,
      'table.mayHold(100,5)  - 100+8 - | 108+1',
      'medium.writeMain(100,5,0)  - 100+8 - | 108+1',
      '- - - | 108+1',
    ]);
    expect(waits).toEqual(['moving is 107+1  - - - | 107+1', 'moving is 100+1  - - - | 100+1']);
  });

  test('the request does not wait for a move before or behind it', () => {
    for (const moving of [99, 108]) {
      const { words, others, of } = deviceWith();
      words[MOVING] = wordOf(moving, 0);
      const waits = others([]);
      expect(of((device) => device.read(1, 100, 5, 0))[0]).toBe(Outcome.done);
      expect(waits).toEqual([]);
    }
  });

  test('sector 0 is one like all others, and nothing in flight is no range that begins there', () => {
    const { words, others, of } = deviceWith();
    const waits = others([
      () => {
        words[flight(1)] = 0;
      },
      () => {
        words[MOVING] = 0;
      },
    ]);
    words[flight(1)] = wordOf(0, 0);
    expect(of((device) => device.attach(0, 9))[0]).toBe(Outcome.done);
    words[MOVING] = wordOf(0, 0);
    expect(of((device) => device.read(1, 0, 1, 0))[0]).toBe(Outcome.done);
    expect(waits).toEqual(['thread 1 is 0+1  - 0+1 - | 0+1', 'moving is 0+1  - - - | 0+1']);
  });

  test('each says where it is before it looks where the other is', () => {
    const { words, of } = deviceWith();
    const looked: string[] = [];
    const load = Atomics.load;
    vi.spyOn(Atomics, 'load').mockImplementation(((view: Int32Array, at: number) => {
      const where = at === MOVING ? 'moving' : `thread ${(at - IN_FLIGHT) / STRIDE}`;
      looked.push(
        `${where}, ${rangeIn(words[flight(1)] as number)}, ${rangeIn(words[MOVING] as number)}`,
      );
      return load(view, at);
    }) as never);
    of((device) => device.read(1, 100, 8, 0));
    of((device) => device.attach(50, 9));
    expect(looked).toEqual([
      'moving, 100+8, -',
      'thread 0, -, 50+1',
      'thread 1, -, 50+1',
      'thread 2, -, 50+1',
    ]);
  });
});

test('the target lock is taken and given back for whoever asks', () => {
  const { of } = deviceWith();
  expect(of((device) => device.lockTarget(2))).toEqual([
    undefined,
    `lock.acquire(2)  ${NOBODY}`,
    NOBODY,
  ]);
  expect(of((device) => device.unlockTarget(1))).toEqual([
    undefined,
    `lock.release(1)  ${NOBODY}`,
    NOBODY,
  ]);
});

test('without metadata a flush is done at once, and there is nothing to finish or to save', () => {
  const { of } = deviceWith();
  expect(of((device) => device.flush())).toEqual([Outcome.done, NOBODY]);
  expect(of((device) => device.finishRemap())).toEqual([undefined, NOBODY]);
  expect(of((device) => device.syncMetadata())).toEqual([undefined, NOBODY]);
  expect(of((device) => device.autosaveMetadata())).toEqual([undefined, NOBODY]);
});
