import { beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  explore,
  instrumentProduct,
  type Patch,
  type ProductCode,
  type Program,
  programWith,
} from '../../src/explore/index.ts';

/**
 * Goal: messages that are sent at once do to the target what they would do one after the other.
 *
 * Method: programs of two threads that send `remap` and `clear`, beside each other, beside
 * allocations, and beside reads and writes of the sector; each exhausted by partial-order
 * reduction, data races being faults. As published the handler holds the target lock throughout,
 * and that is enough, as the facts have it; without it, it is not.
 *
 * Not covered: larger programs; what the published target does wrong with one thread, which no
 * order of accesses makes right (see the tests of the published control).
 */
const PUBLISHED: Partial<Program> = {
  protocol: 'as-published',
  target: 'as-published',
  remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
};

/** The handler of `remap` with the lock left out. */
const UNLOCKED: readonly Patch[] = [
  {
    file: 'device/published-control.js',
    find: 'this.#lock.acquire(thread);\n        const answer = this.#remapUnderLock(thread, lba);\n        this.#lock.release(thread);',
    replace: 'const answer = this.#remapUnderLock(thread, lba);',
  },
];

/** The corrected one, looking at the table before it takes the lock. */
const LOOKS_TOO_EARLY: readonly Patch[] = [
  {
    file: 'device/guarded-control.js',
    find: 'this.#device.lockTarget(thread);\n        const answer = this.#attachNew(thread, lba);\n        if (answer >= 0)\n            this.#counters.countManualRemap();\n        this.#device.unlockTarget(thread);',
    replace: 'const answer = this.#attachNew(thread, lba);',
  },
];

let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

function exhaust(program: Program): void {
  const { name, verdict, fault } = explore(new DeviceSubject(program, code), {
    strategy: { kind: 'dpor' },
    races: 'fail',
  });
  expect({ name, verdict, fault }).toEqual({
    name,
    verdict: { kind: 'pass-exhaustive' },
    fault: null,
  });
}

describe('corrected', () => {
  test.each([
    [['s', 's']],
    [['s', 's1']],
    [['s', 'c']],
    [['ss1', 'c']],
    [['sc', 's']],
    [['sc', 's1']],
    [['s', 'a']],
    [['sc', 'a']],
    [['s', 'r']],
    [['s', 'w']],
    [['sc', 'w']],
  ])('%j', (threads) => {
    exhaust(programWith({ threads, spareCount: 2 }));
  });

  test('metadata is never granted, and the last spare goes to one of two', () => {
    exhaust(programWith({ threads: ['s', 's1'], spareCount: 2, reservedCount: 1 }));
  });

  test('with a table that is searched', () => {
    const remap = { match: 'every-sector', lookup: 'linear', inFlight: 'drain' } as const;
    for (const threads of [
      ['s', 's'],
      ['sc', 's1'],
      ['s', 'w'],
    ]) {
      exhaust(programWith({ threads, remap, spareCount: 2 }));
    }
  });
});

describe('as published, with its lock', () => {
  test.each([
    [['s', 's']],
    [['s', 's1']],
    [['s', 'c']],
    [['ss1', 'c']],
    [['sc', 's']],
    [['sc', 's1']],
  ])('%j', (threads) => {
    exhaust(programWith({ ...PUBLISHED, threads, spareCount: 3 }));
  });

  test('three callers', () => {
    exhaust(programWith({ ...PUBLISHED, threads: ['s', 's1', 's2'], spareCount: 4 }));
  });
});

describe('without the lock it is found', () => {
  test.each([
    ['two remaps of one sector', ['s', 's']],
    ['two remaps that fill one slot', ['s', 's1']],
    ['a remap that a clear has passed', ['s', 'c']],
  ])('%s, as published', async (_name, threads) => {
    const patched = await instrumentProduct(UNLOCKED);
    const program = programWith({ ...PUBLISHED, threads, spareCount: 3 });
    const only = ['remap table', 'double grant', 'false exhaustion'] as const;
    const { fault } = explore(new DeviceSubject(program, patched), { only: [...only] });
    expect(fault?.kind).toBeDefined();
  });

  test('two remaps of one sector, corrected', async () => {
    const patched = await instrumentProduct(LOOKS_TOO_EARLY);
    const program = programWith({ threads: ['s', 's'], spareCount: 2 });
    const { fault } = explore(new DeviceSubject(program, patched), { only: ['remap table'] });
    expect(fault?.kind).toBe('remap table');
  });
});
