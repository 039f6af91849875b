import {
  ALLOCATOR_KINDS,
  type AllocatorKind,
  IN_FLIGHT,
  LOCK_KINDS,
  LOOKUPS,
  type LockKind,
  MATCHES,
  NO_FAULTS,
  NO_OVERHEAD,
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
 *
 * A digit after r, w, m, u or s names the LBA; without one it is 0.
 */
export interface Program {
  readonly allocator: AllocatorKind;
  readonly protocol: Protocol;
  readonly outerLock: boolean;
  readonly lock: LockKind;
  readonly remap: RemapPlan;
  /** Of the table, the health tracking and the messages. */
  readonly target: Protocol;
  /** Spares of the area, the first `reservedCount` of which are metadata. */
  readonly spareCount: number;
  readonly reservedCount: number;
  readonly slotCount: number;
  readonly batchCount: number;
  readonly searchLimit: number;
  /** One string of operations a thread. */
  readonly threads: readonly string[];
}

const OPERATION_LETTERS = 'afrwmusc';
export type OperationLetter = 'a' | 'f' | 'r' | 'w' | 'm' | 'u' | 's' | 'c';

export interface ProgramOperation {
  readonly letter: OperationLetter;
  readonly lba: number;
}

/** LBAs are one digit. */
const LBA_COUNT = 10;

const DEFAULTS: Program = {
  allocator: 'cached',
  protocol: 'guarded',
  outerLock: false,
  lock: 'test-and-set',
  remap: { match: 'every-sector', lookup: 'hash', inFlight: 'drain' },
  target: 'guarded',
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
  if (!/^([afc]|[rwmus][0-9]?)*$/.test(thread)) {
    throw new RangeError(
      `not the operations of a thread: ${thread}; they are ${OPERATION_LETTERS}`,
    );
  }
  return [...thread.matchAll(/([a-z])([0-9]?)/g)].map(([, letter, lba]) => ({
    letter: letter as OperationLetter,
    lba: Number(lba ?? 0),
  }));
}

const NUMBERS = {
  p: 'spareCount',
  m: 'reservedCount',
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
  for (const word of [remap.match, remap.lookup, remap.inFlight]) {
    if (!Object.values(DEFAULTS.remap).includes(word as never)) words.push(word);
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
  for (const word of words) program = { ...program, ...settingOf(word, program.remap, name) };
  return program;
}

function settingOf(word: string, remap: RemapPlan, name: string): Partial<Program> {
  const among = (list: readonly string[]) => list.includes(word);
  if (among(ALLOCATOR_KINDS)) return { allocator: word as AllocatorKind };
  if (among(PROTOCOLS)) return { protocol: word as Protocol };
  if (among(LOCK_KINDS)) return { lock: word as LockKind };
  if (word === 'outer') return { outerLock: true };
  if (word === 'slots') return { target: 'as-published' };
  if (among(MATCHES)) return { remap: { ...remap, match: word as RemapPlan['match'] } };
  if (among(LOOKUPS)) return { remap: { ...remap, lookup: word as RemapPlan['lookup'] } };
  if (among(IN_FLIGHT)) return { remap: { ...remap, inFlight: word as RemapPlan['inFlight'] } };
  const key = NUMBERS[word.charAt(0) as keyof typeof NUMBERS];
  if (key === undefined || !/^.[0-9]+$/.test(word)) {
    throw new RangeError(`not part of a program: ${word} in ${name}`);
  }
  return { [key]: Number(word.slice(1)) };
}

/** The plan whose memory the program runs in. Sectors are copied whole, so without latches. */
export function planOf(program: Program): Plan {
  const letters = new Set(program.threads.join(''));
  const weight = (letter: OperationLetter) => (letters.has(letter) ? 1 : 0);
  return {
    name: 'explored',
    description: '',
    seed: 0,
    device: {
      sectorCount: LBA_COUNT,
      medium: 'memory',
      spare: { sectorCount: program.spareCount, start: 0, limit: null, placement: 'none' },
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
    load: {
      threadCount: program.threads.length,
      model: 'closed',
      thinkTimeNs: 0,
      warmupNs: 0,
      durationNs: null,
      operationCount: 1,
      untilExhausted: false,
      mix: { read: weight('r'), write: weight('w'), remap: weight('m'), unremap: weight('u') },
      blockSizes: [{ sectorCount: 1, weight: 1 }],
      addresses: { distribution: 'uniform', theta: 1, slices: 'shared' },
      trace: null,
      messages: letters.has('s') || letters.has('c') ? [] : null,
    },
    autoRemap: null,
    faults: NO_FAULTS,
    events: [],
    explore: { threads: null, finds: null },
    overhead: NO_OVERHEAD,
    integrity: 'off',
    thresholds: [],
    expect: 'pass',
    watchdogNs: 1_000_000,
    intervalNs: 1_000_000,
  };
}
