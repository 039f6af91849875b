import { expect, test } from 'vitest';
import { DeviceSubject, explore, instrumentProduct, programWith } from '../../src/explore/index.ts';

/** Goal and method of explore-metadata.test.ts, for programs that take minutes. */
test.each([
  ['wy|m', 2],
  ['w1|m', 5],
  ['w|mu', 2],
  ['r|w|m', 2],
  ['m|m1', 5],
])(
  '%s with %i copies loses nothing, in any interleaving',
  async (threads, copyCount) => {
    const program = programWith({
      threads: threads.split('|'),
      allocator: 'bitmap',
      metadata: { format: 'redundant', order: 'primary-first', flush: 'each-copy' },
      copyCount,
      tornSectors: true,
      spareCount: copyCount + 2,
      reservedCount: copyCount,
    });
    const subject = new DeviceSubject(program, await instrumentProduct());
    const { verdict, fault } = explore(subject, {
      strategy: { kind: 'dpor' },
      executions: 1_000_000,
    });
    expect({ verdict, fault }).toEqual({ verdict: { kind: 'pass-exhaustive' }, fault: null });
  },
  600_000,
);
