import { HEADER_SECTORS, PUBLISHED_SECTORS } from '../../metadata/published-header.ts';
import type { FaultCause, FaultKind } from '../engine/fault.ts';
import { type Program, programWith } from './program.ts';

/** A fault of the published code as a program small enough to be searched, and what to look for. */
export interface Hazard {
  readonly id: string;
  readonly description: string;
  readonly program: Program;
  readonly kind: FaultKind;
  /** By which accesses, so that one hazard is not taken for another. */
  readonly cause: FaultCause;
}

const published = (overrides: Partial<Program>): Program =>
  programWith({ protocol: 'as-published', ...overrides });

/**
 * Hazards of dm-remap v4.0. Each program is sound as long as nobody is put aside. A fault has
 * siblings (a program in which a take is forgotten also lets two threads refill at once, and a
 * double grant is a double grant), so each hazard names the cause that it is there to show.
 */
export const HAZARDS: readonly Hazard[] = [
  {
    id: 'H1',
    description:
      'Two threads that find the ring empty both refill it: the batch is handed out twice.',
    program: published({ threads: ['aa', 'aa'], spareCount: 3 }),
    kind: 'double grant',
    cause: 'double refill',
  },
  {
    id: 'H2',
    description: 'A refill adds to the count without the lock and forgets the takes meanwhile.',
    program: published({ threads: ['aaa', 'aa'], spareCount: 6 }),
    kind: 'double grant',
    cause: 'lost take',
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
    kind: 'reserved granted',
    cause: 'unwritten slot',
  },
  {
    id: 'H4',
    description: 'Between take and mark another refill caches the same spare again.',
    program: published({ threads: ['a', 'aa'], spareCount: 2, slotCount: 1, batchCount: 1 }),
    kind: 'double grant',
    cause: 'take to mark',
  },
  {
    id: 'H5',
    description:
      'A cached spare looks like a free one: a refill from a lower cursor takes it again.',
    program: published({ threads: ['aaa', 'aa'], spareCount: 4 }),
    kind: 'double grant',
    cause: 'cached unmarked',
  },
  {
    id: 'H6',
    description: 'A refill that was delayed sets the cursor back; "none" from then on.',
    program: published({
      threads: ['aa', 'aaa'],
      spareCount: 6,
      batchCount: 1,
      searchLimit: 3,
    }),
    kind: 'false exhaustion',
    cause: 'cursor set back',
  },
  {
    id: 'H7',
    description: 'Others empty the ring before the one who refilled it comes back: "none".',
    program: published({ threads: ['a', 'aa'], spareCount: 4 }),
    kind: 'false exhaustion',
    cause: 'emptied meanwhile',
  },
  {
    id: 'H8',
    description:
      'The bound of a refill reads the count anew: it ends short, and the ring overlaps.',
    program: published({ threads: ['a', 'a', 'a'], spareCount: 8, slotCount: 4, batchCount: 4 }),
    kind: 'cache',
    cause: 'short refill',
  },
  {
    id: 'P4',
    description:
      'A completion interrupts a message that holds the target lock, and waits for that lock.',
    program: published({ threads: ['m', 'i'], outerLock: true }),
    kind: 'self-deadlock',
    cause: 'interrupted holder',
  },
  {
    id: 'P5',
    description: 'A sync reads the table without its lock, and saves a remap that is half made.',
    program: published({
      threads: ['s1', 'p'],
      target: 'as-published',
      remap: { match: 'first-sector', lookup: 'linear', inFlight: 'ignore' },
      metadata: { format: 'published', order: 'primary-first', flush: 'each-copy' },
      spareCount: PUBLISHED_SECTORS,
      reservedCount: HEADER_SECTORS,
    }),
    kind: 'wrong mapping saved',
    cause: 'read half made',
  },
  {
    id: 'P10',
    description: 'A write that looked the sector up before a remap and wrote after it is lost.',
    program: programWith({
      threads: ['w', 'm'],
      remap: { match: 'every-sector', lookup: 'hash', inFlight: 'ignore' },
    }),
    kind: 'data lost',
    cause: 'write in flight',
  },
];
