import { beforeAll, describe, expect, test } from 'vitest';
import {
  explore,
  instrumentProduct,
  type ProductCode,
  parseTableProgram,
  replay,
  type TableProgram,
  TableSubject,
  tableLadder,
} from '../../src/explore/index.ts';
import { LOOKUPS } from '../../src/scenario/plan.ts';

/**
 * Goal: both remap tables do for each LBA what a table does that takes one call at a time, and no
 * lookup sees an entry half written.
 *
 * Method: lookups, insertions and removals in tables of four entries whose chains meet and whose
 * slots are used again, each program exhausted; the answers of each LBA against a sequential table.
 *
 * Not covered: an LBA removed while it is looked up. The table forbids it, the device sees to it,
 * and the last test shows why.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

const exhaustive = { strategy: { kind: 'dpor' }, races: 'fail' } as const;

function faultOf(program: TableProgram, patched: ProductCode = code) {
  const subject = new TableSubject(program, patched);
  const { verdict, fault, schedule } = explore(subject, exhaustive);
  if (schedule !== null && fault?.kind !== 'data race') {
    expect(replay(subject, schedule).faults).toContainEqual(fault);
  }
  return fault ?? verdict.kind;
}

describe.each(LOOKUPS)('the %s table', (lookup) => {
  test.each(tableLadder(lookup))('from $present, $threads', (program) => {
    expect(faultOf(program)).toBe('pass-exhaustive');
  });
});

test('a program of a table is what its name says', () => {
  for (const program of LOOKUPS.flatMap(tableLadder)) {
    expect(parseTableProgram(new TableSubject(program, code).name)).toEqual(program);
  }
});

const HASH = 'device/hash-remap-table.js';
const LINEAR = 'device/linear-remap-table.js';

test.each([
  {
    what: 'linked before its spare is written',
    file: HASH,
    find: 'Atomics.store(words, at + TableSlot.spare, spare);\n        Atomics.store(words, at + TableSlot.lba, lba + 1);\n        Atomics.store(words, at + TableSlot.next, Atomics.load(words, head));\n        Atomics.store(words, head, slot + 1);',
    replace:
      'Atomics.store(words, at + TableSlot.lba, lba + 1);\n Atomics.store(words, at + TableSlot.next, Atomics.load(words, head));\n Atomics.store(words, head, slot + 1);\n Atomics.or(words, this.#filter + (lba >>> 5), 1 << (lba & 31));\n Atomics.store(words, at + TableSlot.spare, spare);',
    program: { lookup: 'hash', present: [], threads: ['l0', 'i0'] },
    says: /^LBA 0 was found on spare 0, where nobody had put it\.$/,
  },
  {
    what: 'missed amid a change and taken for absent',
    file: HASH,
    find: 'slot = Atomics.load(words, at + TableSlot.next);\n            }',
    replace: 'slot = Atomics.load(words, at + TableSlot.next);\n }\n return ON_MAIN;',
    program: { lookup: 'hash', present: [0, 2, 5, 7], threads: ['l0', 'd5i4'] },
    says: /^No order of the calls for LBA 0 explains/,
  },
  {
    what: 'looked up without the lock',
    file: LINEAR,
    find: 'lookupNeedsLock = true;',
    replace: 'lookupNeedsLock = false;',
    program: { lookup: 'linear', present: [0, 2, 5], threads: ['l0', 'd5i2'] },
    says: /^Nothing orders .* on remap /,
  },
] as const)('an entry $what is seen', async ({ file, find, replace, program, says }) => {
  const patched = await instrumentProduct([{ file, find, replace }]);
  expect(faultOf(program, patched)).toMatchObject({ text: expect.stringMatching(says) });
});

test('an LBA removed while it is looked up may be found on the spare of another', () => {
  const program = { lookup: 'hash', present: [0, 2, 5, 7], threads: ['l5', 'd5i4'] } as const;
  expect(faultOf(program)).toMatchObject({ kind: 'remap table' });
});
