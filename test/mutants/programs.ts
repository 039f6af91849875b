import {
  DeviceSubject,
  type ExploreOptions,
  explore,
  instrumentProduct,
  LockSubject,
  ladder,
  type ProductCode,
  type Program,
  programWith,
  type Subject,
} from '../../src/explore/index.ts';
import { LOCK_KINDS } from '../../src/scenario/plan.ts';
import { beforeAll, describe, expect, test } from './registry.ts';

/**
 * Small programs for the explorer, each a test of its own. Whether one is exhausted is not asked:
 * only what it finds.
 */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

const EXECUTIONS = 1000;

function findsNothing(subject: Subject, options: ExploreOptions = {}): void {
  const { verdict, fault } = explore(subject, {
    strategy: { kind: 'dpor' },
    races: 'fail',
    executions: EXECUTIONS,
    ...options,
  });
  expect(fault === null ? 'no fault' : `${fault.kind}: ${fault.text}`).toBe('no fault');
  expect(verdict.kind).not.toBe('fail');
}

const locks = LOCK_KINDS.filter((kind) => kind !== 'none');

describe.each(locks)('%s', (kind) => {
  test.each([[[1]], [[1, 1]], [[2, 1]], [[1, 1, 1]]])('rounds %j', (rounds) => {
    findsNothing(new LockSubject(kind, rounds as number[], code));
  });
});

const programs: readonly Program[] = [
  ...ladder().slice(0, 40),
  ...(['linear', 'bitmap', 'per-worker'] as const).flatMap((allocator) =>
    ladder({ allocator })
      .filter(({ slotCount }) => slotCount === 1)
      .slice(0, 12),
  ),
  ...(['linear', 'bitmap', 'per-worker'] as const).flatMap((allocator) => [
    programWith({ allocator, threads: ['af', 'aa'], spareCount: 34, reservedCount: 31 }),
    programWith({ allocator, threads: ['a', 'a'], spareCount: 34, reservedCount: 31 }),
  ]),
  ...['m', 'mu', 'w|m', 'r|m', 'wr|mu', 'm|m1', 'mu|m', 's|s', 's|c', 's|w', 'sc|r'].map((text) =>
    programWith({ threads: text.split('|'), spareCount: 2 }),
  ),
];

test.each(programs.map((program) => [program] as const))('$allocator $threads', (program) => {
  findsNothing(new DeviceSubject(program, code));
});
