import type { FaultKind } from './engine/fault.ts';
import type { Subject } from './engine/subject.ts';
import { DeviceSubject } from './program/device-subject.ts';
import { LockSubject } from './program/lock-subject.ts';
import { instrumentProduct, type ProductCode } from './program/product-code.ts';
import { programWith, threadsOf } from './program/program.ts';
import { type TableProgram, TableSubject } from './program/table-subject.ts';
import { explore } from './search/explore.ts';
import type { Patch } from './transform/instrument.ts';

/** A fault planted in a copy of a lock, allocator or table, and what must be reported of it. */
export interface Canary {
  readonly name: string;
  readonly patches: readonly Patch[];
  readonly subject: (code: ProductCode) => Subject;
  readonly expected: readonly FaultKind[];
}

export interface CanaryResult {
  readonly name: string;
  readonly isCaught: boolean;
  readonly executions: number;
}

const ALLOCATOR = 'device/guarded-cached-allocator.js';
const TEST_AND_SET = 'lock/test-and-set-lock.js';
const MUTEX = 'lock/mutex.js';
const HASH_TABLE = 'device/hash-remap-table.js';
const LINEAR_TABLE = 'device/linear-remap-table.js';

const allocations = (threads: string) => (code: ProductCode) =>
  new DeviceSubject(programWith({ threads: threadsOf(threads) }), code);
const lockRounds = (kind: 'test-and-set' | 'mutex') => (code: ProductCode) =>
  new LockSubject(kind, [1, 1], code);
const tableCalls = (program: TableProgram) => (code: ProductCode) =>
  new TableSubject(program, code);

export const CANARIES: readonly Canary[] = [
  {
    name: 'a lock that does nothing',
    patches: [
      {
        file: TEST_AND_SET,
        find: 'while (Atomics.exchange(this.#words, this.#word, 1) !== 0) {',
        replace: 'while (false) {',
      },
    ],
    subject: lockRounds('test-and-set'),
    expected: ['mutual exclusion', 'lost update'],
  },
  {
    name: 'a lock taken by a load and a store',
    patches: [
      {
        file: TEST_AND_SET,
        find: 'while (Atomics.exchange(this.#words, this.#word, 1) !== 0) {\n            waited += relax(this.#words, this.#word, 1);\n        }',
        replace:
          'while (Atomics.load(this.#words, this.#word) !== 0) {\n waited += relax(this.#words, this.#word, 1);\n }\n Atomics.store(this.#words, this.#word, 1);',
      },
    ],
    subject: lockRounds('test-and-set'),
    expected: ['mutual exclusion', 'lost update'],
  },
  {
    name: 'an unlock left out on one path',
    patches: [
      {
        file: ALLOCATOR,
        find: 'this.#lock.release(thread);\n                return NO_SPARE;',
        replace: 'return NO_SPARE;',
      },
    ],
    subject: (code) =>
      new DeviceSubject(programWith({ spareCount: 1, threads: ['aa', 'aa'] }), code),
    expected: ['deadlock'],
  },
  {
    name: 'a spare marked after the unlock',
    patches: [
      { file: ALLOCATOR, find: 'bitmap.setPlainly(spare);', replace: '' },
      {
        file: ALLOCATOR,
        find: 'this.#lock.release(thread);\n        return spare;',
        replace: 'this.#lock.release(thread);\n this.#bitmap.set(spare);\n return spare;',
      },
    ],
    subject: allocations('aa|aa'),
    expected: ['double grant'],
  },
  {
    name: 'a refill outside the lock',
    patches: [
      {
        file: ALLOCATOR,
        find: 'count = this.#refill();',
        replace:
          'this.#lock.release(thread); this.#refill(); this.#lock.acquire(thread); count = words[state + Allocator.count];',
      },
    ],
    subject: allocations('a|a'),
    expected: ['double grant', 'cache', 'lost sector', 'bitmap', 'data race'],
  },
  {
    name: 'a free without the lock',
    patches: [
      {
        file: ALLOCATOR,
        find: 'this.#lock.acquire(thread);\n        this.#bitmap.clearPlainly(spare);\n        this.#lock.release(thread);',
        replace: 'this.#bitmap.clearPlainly(spare);',
      },
    ],
    subject: allocations('af|af'),
    expected: ['data race', 'bitmap', 'lost sector', 'double grant'],
  },
  {
    name: 'a counter counted plainly, outside the lock',
    patches: [
      {
        file: ALLOCATOR,
        find: 'words[state + Allocator.hits] = words[state + Allocator.hits] + 1;',
        replace: '',
      },
      {
        file: ALLOCATOR,
        find: 'this.#lock.release(thread);\n        return spare;',
        replace: 'this.#lock.release(thread);\n words[state + Allocator.hits]++;\n return spare;',
      },
    ],
    subject: allocations('aa|aa'),
    expected: ['data race'],
  },
  {
    name: 'an unlock by a plain store',
    patches: [
      {
        file: TEST_AND_SET,
        find: 'Atomics.store(this.#words, this.#word, 0);',
        replace: 'this.#words[this.#word] = 0;',
      },
    ],
    subject: lockRounds('test-and-set'),
    expected: ['data race'],
  },
  {
    name: 'a sleeper notified before the store',
    patches: [
      {
        file: MUTEX,
        find: 'if (Atomics.exchange(this.#words, this.#word, 0) === 2) {\n            Atomics.notify(this.#words, this.#word, 1);\n        }',
        replace:
          'Atomics.notify(this.#words, this.#word, 1);\n Atomics.store(this.#words, this.#word, 0);',
      },
    ],
    subject: lockRounds('mutex'),
    expected: ['lost wake-up'],
  },
  {
    name: 'a table entry published before it is whole',
    patches: [
      {
        file: HASH_TABLE,
        find: 'Atomics.store(words, at + TableSlot.spare, spare);\n        Atomics.store(words, at + TableSlot.lba, lba + 1);',
        replace: 'Atomics.store(words, at + TableSlot.lba, lba + 1);',
      },
      {
        file: HASH_TABLE,
        find: 'Atomics.or(words, this.#filter + (lba >>> 5), 1 << (lba & 31));',
        replace:
          'Atomics.or(words, this.#filter + (lba >>> 5), 1 << (lba & 31));\n Atomics.store(words, at + TableSlot.spare, spare);',
      },
    ],
    subject: tableCalls({ lookup: 'hash', present: [], threads: ['l0', 'i0'] }),
    expected: ['remap table'],
  },
  {
    name: 'a table searched without its lock',
    patches: [
      { file: LINEAR_TABLE, find: 'lookupNeedsLock = true;', replace: 'lookupNeedsLock = false;' },
    ],
    subject: tableCalls({ lookup: 'linear', present: [0, 2], threads: ['l0', 'd2i5'] }),
    expected: ['data race'],
  },
  {
    name: 'an interrupt let in while the lock is held',
    patches: [
      {
        file: 'explore/program/interrupts-off-lock.js',
        find: 'this.#words[this.#word] = 1;',
        replace: '',
      },
    ],
    subject: (code) => new DeviceSubject(programWith({ threads: ['m', 'i'] }), code),
    expected: ['self-deadlock'],
  },
];

const EXECUTIONS = 2000;

/**
 * Plants each fault and looks whether it is found. An explorer that misses one has no business
 * saying that others are absent: before any pass is printed, all must be caught.
 */
export async function runCanaries(
  canaries: readonly Canary[] = CANARIES,
): Promise<readonly CanaryResult[]> {
  const results: CanaryResult[] = [];
  for (const { name, patches, subject, expected } of canaries) {
    const { verdict, executions } = explore(subject(await instrumentProduct(patches)), {
      strategy: { kind: 'dpor' },
      races: 'fail',
      only: expected,
      executions: EXECUTIONS,
    });
    results.push({ name, isCaught: verdict.kind === 'fail', executions });
  }
  return results;
}
