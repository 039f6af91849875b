import type { FaultKind } from '../engine/fault.ts';
import { type Program, programWith } from './program.ts';

/** A fault of the published code as a program small enough to be searched, and what to look for. */
export interface Hazard {
  readonly id: string;
  readonly description: string;
  readonly program: Program;
  readonly kinds: readonly FaultKind[];
}

const published = (overrides: Partial<Program>): Program =>
  programWith({ protocol: 'as-published', ...overrides });

/**
 * Hazards of dm-remap's allocation cache when callers hold no outer lock. Each program is sound as
 * long as nobody is put aside. A search may meet a sibling of the hazard first: what a program
 * shows is decided by what its ring and pool allow.
 */
export const HAZARDS: readonly Hazard[] = [
  {
    id: 'H1',
    description:
      'Two threads that find the ring empty both refill it: the batch is handed out twice.',
    program: published({ threads: ['aa', 'aa'], spareCount: 3 }),
    kinds: ['double grant'],
  },
  {
    id: 'H2',
    description: 'A refill adds to the count without the lock and forgets the takes meanwhile.',
    program: published({ threads: ['aa', 'aa', 'a'], spareCount: 6 }),
    kinds: ['double grant'],
  },
  {
    id: 'H3',
    description: 'Slots never written hold 0, and spare 0 is metadata: it is handed out.',
    program: published({
      threads: ['aa', 'aa'],
      spareCount: 4,
      reservedCount: 1,
      slotCount: 4,
      batchCount: 2,
    }),
    kinds: ['reserved granted'],
  },
  {
    id: 'H4',
    description: 'Between take and mark another refill caches the same spare again.',
    program: published({ threads: ['a', 'a'], spareCount: 2, slotCount: 1, batchCount: 1 }),
    kinds: ['double grant'],
  },
  {
    id: 'H5',
    description:
      'A cached spare looks like a free one: a refill from a lower cursor takes it again.',
    program: published({ threads: ['aaa', 'aa'], spareCount: 4 }),
    kinds: ['double grant'],
  },
  {
    id: 'H6',
    description: 'A refill that was delayed sets the cursor back; "none" from then on.',
    program: published({
      threads: ['a', 'aaaaa'],
      spareCount: 6,
      slotCount: 1,
      batchCount: 1,
      searchLimit: 2,
    }),
    kinds: ['false exhaustion'],
  },
  {
    id: 'H7',
    description: 'Others empty the ring before the one who refilled it comes back: "none".',
    program: published({ threads: ['a', 'aa'], spareCount: 4 }),
    kinds: ['false exhaustion'],
  },
  {
    id: 'H8',
    description:
      'The bound of a refill reads the count anew: it ends short, and the ring overlaps.',
    program: published({ threads: ['a', 'a', 'a'], spareCount: 8, slotCount: 4, batchCount: 4 }),
    kinds: ['cache'],
  },
  {
    id: 'P4',
    description:
      'A completion interrupts a message that holds the target lock, and waits for that lock.',
    program: published({ threads: ['m', 'c'], outerLock: true }),
    kinds: ['self-deadlock'],
  },
  {
    id: 'P10',
    description: 'A write that looked the sector up before a remap and wrote after it is lost.',
    program: programWith({
      threads: ['w', 'm'],
      remap: { match: 'every-sector', lookup: 'hash', inFlight: 'ignore' },
    }),
    kinds: ['data lost'],
  },
];
