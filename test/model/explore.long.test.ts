import { beforeAll, describe, expect, test } from 'vitest';
import {
  DeviceSubject,
  explore,
  instrumentProduct,
  ladder,
  type ProductCode,
  type Program,
  programWith,
} from '../../src/explore/index.ts';
import { LOCK_KINDS } from '../../src/scenario/plan.ts';

/** What the other model tests have no time for: the same promises, in larger programs. */
let code: ProductCode;

beforeAll(async () => {
  code = await instrumentProduct();
});

function exhaust(program: Program): void {
  const { name, verdict, fault } = explore(new DeviceSubject(program, code), {
    strategy: { kind: 'dpor' },
    races: 'fail',
    executions: 10_000_000,
    forNs: 300_000_000_000,
  });
  expect({ name, verdict, fault }).toEqual({
    name,
    verdict: { kind: 'pass-exhaustive' },
    fault: null,
  });
}

describe.each(LOCK_KINDS.filter((kind) => kind !== 'none'))('under the %s lock', (lock) => {
  test('two threads of up to two operations', () => {
    for (const program of ladder({ lock })) {
      const { threads } = program;
      if (threads.length === 2 && threads.every((text) => text.length < 3)) exhaust(program);
    }
  });
});

test('two threads of four allocations', () => {
  exhaust(programWith({ threads: ['aaaa', 'aaaa'] }));
});

test.each(['linear', 'bitmap', 'per-worker'] as const)('the ladder of %s', (allocator) => {
  for (const program of ladder({ allocator })) {
    if (program.slotCount === 1 && program.threads.length === 2) exhaust(program);
  }
});

test('reads and remaps that are undone', () => {
  for (const lookup of ['hash', 'linear'] as const) {
    exhaust(
      programWith({
        threads: ['r', 'mu', 'm'],
        remap: { match: 'every-sector', lookup, inFlight: 'drain' },
      }),
    );
  }
});
