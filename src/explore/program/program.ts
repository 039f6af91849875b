import {
  ALLOCATOR_KINDS,
  type AllocatorKind,
  AT_ONCE,
  COPY_FLUSHES,
  COPY_ORDERS,
  IDLE_JOB,
  IN_FLIGHT,
  LOCK_KINDS,
  LOOKUPS,
  type LockKind,
  MATCHES,
  METADATA_FORMATS,
  type MetadataPlan,
  NO_FAULTS,
  NO_METADATA,
  NO_MIX,
  NO_OVERHEAD,
  NO_PRECONDITION,
  type Plan,
  PROTOCOLS,
  type Protocol,
  type RemapPlan,
} from '../../scenario/plan.ts';

/**
 * What each thread does, on a device so small that rings wrap and areas run out by themselves.
 *
 *     a    allocate a spare and keep it       f    free the oldest spare this thread keeps
 *     r    read an LBA                        w    write an LBA
 *     m    remap an LBA to a spare            u    undo the remap of an LBA
 *     s    send the message that remaps one   c    send the message that clears all remaps
 *     y    flush                              p    send the message that saves all remaps
 *     v    the timer of autosave goes off     i    complete an I/O, under the target lock
 *
 * A digit after r, w, m, u or s names the LBA; without one it is 0. A thread of completions alone
 * is an interrupt: it runs on the processor of the thread before it, at any moment at which that
 * one has interrupts on, and that one stands still until it is through.
 */
export interface Program {
  readonly allocator: AllocatorKind;
  readonly protocol: Protocol;
  readonly outerLock: boolean;
  readonly lock: LockKind;
  readonly remap: RemapPlan;
  /** Of the table, the health tracking and the messages. */
  readonly target: Protocol;
  readonly metadata: MetadataProgram;
  /** Copies of the metadata; used by `redundant` only. */
  readonly copyCount: number;
  /** Whether power cuts may tear a sector. */
  readonly tornSectors: boolean;
  /** Spares of the area, the first `reservedCount` of which are metadata. */
  readonly spareCount: number;
  readonly reservedCount: number;
  readonly slotCount: number;
  readonly batchCount: number;
  readonly searchLimit: number;
  /** One string of operations a thread. */
  readonly threads: readonly string[];
}

export type MetadataProgram = Pick<MetadataPlan, 'format' | 'order' | 'flush'>;

const OPERATION_LETTERS = 'afrwmuscypvi';
export type OperationLetter = 'a' | 'f' | 'r' | 'w' | 'm' | 'u' | 's' | 'c' | 'y' | 'p' | 'v' | 'i';

export interface ProgramOperation {
  readonly letter: OperationLetter;
  readonly lba: number;
}

/** LBAs are one digit. */
const LBA_COUNT = 10;
/**
 * As published, saving goes through every slot of the table: two of them show what is to be seen.
 */
const PUBLISHED_LBA_COUNT = 2;

const DEFAULTS: Program = {
  allocator: 'cached',
  protocol: 'guarded',
  outerLock: false,
  lock: 'test-and-set',
  remap: { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
  target: 'guarded',
  metadata: { format: 'none', order: 'primary-first', flush: 'each-copy' },
  copyCount: 5,
  tornSectors: false,
  spareCount: 3,
  reservedCount: 0,
  slotCount: 2,
  batchCount: 2,
  searchLimit: 1000,
  threads: ['a', 'a'],
};

export function programWith(overrides: Partial<Program>): Program {
  return { ...DEFAULTS, ...overrides };
}

/** `aa|af` as its threads. */
export function threadsOf(text: string): readonly string[] {
  return text.split('|');
}

export function operationsOf(thread: string): ProgramOperation[] {
  if (!/^(i*|([afcypv]|[rwmus][0-9]?)*)$/.test(thread)) {
    throw new RangeError(
      `not the operations of a thread: ${thread}; they are ${OPERATION_LETTERS}, i only beside i`,
    );
  }
  return [...thread.matchAll(/([a-z])([0-9]?)/g)].map(([, letter, lba]) => ({
    letter: letter as OperationLetter,
    lba: Number(lba ?? 0),
  }));
}

/**
 * By thread: the thread that it interrupts, or −1 for one that is no interrupt.
 *
 * @throws RangeError when there is nobody to interrupt
 */
export function hostsOf(threads: readonly string[]): readonly number[] {
  let host = -1;
  return threads.map((thread, index) => {
    if (!/^i+$/.test(thread)) {
      host = index;
      return -1;
    }
    if (host < 0) throw new RangeError(`a completion (${thread}) needs a thread before it`);
    return host;
  });
}

/** There is a linear allocator and a linear table: `linear` and `linear-table`. */
const TABLE = '-table';

const NUMBERS = {
  p: 'spareCount',
  m: 'reservedCount',
  k: 'copyCount',
  c: 'slotCount',
  b: 'batchCount',
  s: 'searchLimit',
} as const;

/**
 * The program as part of a schedule. What differs from the defaults is said, with `~` between:
 * `cached~as-published~test-and-set~p3~c2~aa-af`.
 */
export function programName(program: Program): string {
  const { remap } = program;
  const words: string[] = [program.allocator, program.protocol, program.lock];
  if (program.outerLock) words.push('outer');
  if (program.target !== DEFAULTS.target) words.push('slots');
  if (program.tornSectors) words.push('torn');
  const { match, lookup, inFlight } = DEFAULTS.remap;
  if (remap.match !== match) words.push(remap.match);
  if (remap.lookup !== lookup) words.push(`${remap.lookup}${TABLE}`);
  if (remap.inFlight !== inFlight) words.push(remap.inFlight);
  for (const word of Object.values(program.metadata)) {
    if (!Object.values(DEFAULTS.metadata).includes(word as never)) words.push(word);
  }
  for (const [letter, key] of Object.entries(NUMBERS)) {
    if (program[key] !== DEFAULTS[key]) words.push(`${letter}${program[key]}`);
  }
  return [...words, program.threads.join('-')].join('~');
}

export function parseProgram(name: string): Program {
  const words = name.split('~');
  const threads = (words.pop() ?? '').split('-');
  let program = programWith({ threads });
  for (const thread of threads) operationsOf(thread);
  hostsOf(threads);
  for (const word of words) program = { ...program, ...settingOf(word, program, name) };
  return program;
}

function settingOf(word: string, program: Program, name: string): Partial<Program> {
  const { remap, metadata } = program;
  const among = (list: readonly string[]) => list.includes(word);
  if (among(ALLOCATOR_KINDS)) return { allocator: word as AllocatorKind };
  if (among(PROTOCOLS)) return { protocol: word as Protocol };
  if (among(LOCK_KINDS)) return { lock: word as LockKind };
  if (word === 'outer') return { outerLock: true };
  if (word === 'slots') return { target: 'as-published' };
  if (word === 'torn') return { tornSectors: true };
  if (among(MATCHES)) return { remap: { ...remap, match: word as RemapPlan['match'] } };
  const lookup = LOOKUPS.find((name) => word === `${name}${TABLE}`);
  if (lookup !== undefined) return { remap: { ...remap, lookup } };
  if (among(IN_FLIGHT)) return { remap: { ...remap, inFlight: word as RemapPlan['inFlight'] } };
  const metadataKey = metadataKeyOf(word);
  if (metadataKey !== null) return { metadata: { ...metadata, [metadataKey]: word } };
  const key = NUMBERS[word.charAt(0) as keyof typeof NUMBERS];
  if (key === undefined || !/^.[0-9]+$/.test(word)) {
    throw new RangeError(`not part of a program: ${word} in ${name}`);
  }
  return { [key]: Number(word.slice(1)) };
}

function metadataKeyOf(word: string): keyof MetadataProgram | null {
  if ((METADATA_FORMATS as readonly string[]).includes(word)) return 'format';
  if ((COPY_ORDERS as readonly string[]).includes(word)) return 'order';
  return (COPY_FLUSHES as readonly string[]).includes(word) ? 'flush' : null;
}

/** Sectors that the log of a program has room for. */
const LOG_SECTORS = 192;
/** More than a small program has, as long as each copy is flushed; and few enough repairs. */
const CRASH_POINTS = 1000;

/** The plan whose memory the program runs in. Sectors are copied whole, so without latches. */
export function planOf(program: Program): Plan {
  const letters = new Set(program.threads.join(''));
  const isPublished = program.metadata.format === 'published';
  const weight = (letter: OperationLetter) => (letters.has(letter) ? 1 : 0);
  return {
    name: 'explored',
    description: '',
    seed: 0,
    device: {
      sectorCount: isPublished ? PUBLISHED_LBA_COUNT : LBA_COUNT,
      medium: 'memory',
      spare: { sectorCount: program.spareCount, start: 0, limit: null, placement: 'none' },
      ...AT_ONCE,
    },
    allocator: {
      kind: program.allocator,
      protocol: program.protocol,
      outerLock: program.outerLock,
      cache: {
        slotCount: program.slotCount,
        batchCount: program.batchCount,
        searchLimit: program.searchLimit,
      },
    },
    lock: { kind: program.lock },
    remap: program.remap,
    target: { protocol: program.target },
    metadata: {
      ...NO_METADATA,
      ...program.metadata,
      copyCount: program.copyCount,
      crash: {
        pointCount: CRASH_POINTS,
        tornSectors: program.tornSectors,
        corruptCopyCount: 0,
        corruption: 'flipped',
        logSectorCount: program.metadata.format === 'redundant' ? LOG_SECTORS : 0,
      },
    },
    precondition: NO_PRECONDITION,
    load: { threadCount: program.threads.length, warmupNs: 0 },
    jobs: [
      {
        ...IDLE_JOB,
        threadCount: program.threads.length,
        operationCount: 1,
        mix: {
          ...NO_MIX,
          read: weight('r'),
          write: weight('w'),
          remap: weight('m'),
          unremap: weight('u'),
        },
        blockSizes: [{ sectorCount: 1, weight: 1 }],
        messages: letters.has('s') || letters.has('c') ? [] : null,
      },
    ],
    autoRemap: null,
    faults: NO_FAULTS,
    events: [],
    explore: { threads: null, finds: null, by: null },
    overhead: NO_OVERHEAD,
    integrity: 'strict',
    thresholds: [],
    expect: 'pass',
    watchdogNs: 1,
    intervalNs: 1_000_000,
    search: null,
    steady: null,
    jitter: 'off',
    recordedCount: 0,
  };
}
