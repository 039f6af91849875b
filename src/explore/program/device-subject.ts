import type { RemappingDevice } from '../../device/device.ts';
import type { ControlParts } from '../../device/index.ts';
import { formatMetadata } from '../../device/metadata-area.ts';
import { ON_MAIN, type RemapTable } from '../../device/remap-table.ts';
import type { SpareAllocator } from '../../device/spare-allocator.ts';
import type { SpareWitness, TargetControl } from '../../device/target-control.ts';
import type { Lock } from '../../lock/lock.ts';
import { type Layout, layoutOf, SECTOR_WORDS, WORD_BYTES } from '../../memory/layout.ts';
import type { OwnerTable } from '../../record/owner-table.ts';
import { type LockKind, type Plan, sendsMessages, targetLockKindOf } from '../../scenario/plan.ts';
import { COPY_WORDS, type Site } from '../access.ts';
import { type Fault, type FaultCause, NO_FAULTS } from '../engine/fault.ts';
import type { Interrupt, OperationEvent, Steps, Subject } from '../engine/subject.ts';
import { isAllocationHistoryLegal } from '../oracle/allocation-history.ts';
import { causesOf } from '../oracle/fault-cause.ts';
import { MetadataOracle } from '../oracle/metadata.ts';
import { faultAtQuiescence } from '../oracle/quiescence.ts';
import { firstIllegalSector } from '../oracle/sector-history.ts';
import type { Step } from '../search/replay.ts';
import { finish, type Runtime } from '../transform/runtime.ts';
import { DeviceJournal } from './device-journal.ts';
import { interruptsOf, interruptsOffWord } from './interrupts.ts';
import type { ProductCode } from './product-code.ts';
import { operationsOf, type Program, planOf, programName } from './program.ts';
import { contentAtFirst, contentIn, fillSectors } from './sector-contents.ts';
import type { runProgram, ThreadParts } from './thread-program.ts';
import { wordNameIn } from './word-name.ts';

/** A program over the real allocators, locks and tables, in memory laid out as for a run. */
export class DeviceSubject implements Subject {
  readonly name: string;
  readonly threadCount: number;
  readonly words: Int32Array;
  readonly runtime: Runtime;
  readonly sites: readonly Site[];
  readonly fingerprint: string;
  readonly interrupts: readonly Interrupt[];
  readonly program: Program;
  readonly layout: Layout;
  readonly #metadata: MetadataOracle;
  readonly #code: ProductCode;
  readonly #journal: DeviceJournal;
  readonly #parts: readonly ThreadParts[];
  readonly #table: RemapTable;
  readonly #run: (...parts: Parameters<typeof runProgram>) => Steps;
  readonly #lbas: readonly number[];
  /** Thread that made each step, as the engine writes it down. */
  #who: Uint8Array = new Uint8Array(0);

  constructor(program: Program, code: ProductCode) {
    const plan = planOf(program);
    this.program = program;
    this.#code = code;
    this.name = programName(program);
    this.threadCount = program.threads.length;
    this.layout = layoutOf(plan);
    this.#metadata = new MetadataOracle(plan, this.layout);
    this.words = new Int32Array(this.layout.wordCount);
    this.runtime = code.runtime;
    this.sites = code.sites;
    this.fingerprint = code.fingerprint;
    code.runtime.attach(this.words);
    const { layout, words } = this;
    const staging = (thread: number, which: number) =>
      (layout.staging + (2 * thread + which) * layout.stagingWords) * WORD_BYTES;
    this.#journal = new DeviceJournal(words, code.runtime.port, program.reservedCount, {
      sourceByte: (thread) => staging(thread, 0),
      targetByte: (thread) => staging(thread, 1),
    });
    reserve(program, code, layout, words);
    fillSectors(plan, words, layout);
    if (program.metadata.format !== 'none') formatMetadata(plan, words, layout);
    this.interrupts = interruptsOf(program, layout);
    this.#table = finish(
      code
        .module<{ remapTableOn(plan: Plan, words: Int32Array, layout: Layout): RemapTable }>(
          'device/index',
        )
        .remapTableOn(plan, words, layout),
    );
    this.#parts = program.threads.map((operations, thread) => ({
      thread,
      operations: operationsOf(operations),
      ...buildParts(plan, code, layout, words, {
        journal: this.#journal,
        offWord: interruptsOffWord(program, layout, thread),
      }),
      outerLock: program.outerLock,
      returnsSpares: program.protocol === 'guarded',
      sourceByte: staging(thread, 0),
      targetByte: staging(thread, 1),
      journal: this.#journal,
    }));
    this.#lbas = [
      ...new Set(
        this.#parts.flatMap(({ operations }) =>
          operations.filter(({ letter }) => 'rwmus'.includes(letter)).map(({ lba }) => lba),
        ),
      ),
    ];
    this.#run = code.module<{ runProgram(parts: ThreadParts): Steps }>(
      'explore/program/thread-program',
    ).runProgram;
  }

  wordName(word: number): string {
    return wordNameIn(this.layout, word);
  }

  begin(who: Uint8Array): void {
    this.#who = who;
    this.#journal.begin();
  }

  thread(thread: number): Steps {
    return this.#run(this.#parts[thread] as ThreadParts);
  }

  fault(): Fault | null {
    return this.#journal.fault;
  }

  judge(stepCount: number): readonly Fault[] {
    const faults = [
      this.#judgeMemory(),
      this.#judgeAllocations(stepCount),
      this.#judgeTable(),
      this.#judgeSectors(stepCount),
      this.#metadata.faultIn(this.words, (lba) => this.#journal.sparesOf.get(lba) ?? null),
    ].filter((fault) => fault !== null);
    return faults.length === 0 ? NO_FAULTS : faults;
  }

  outcome(): string {
    return this.#journal.results();
  }

  /** Every program with one operation less; a thread without any is left out. */
  smaller(): readonly DeviceSubject[] {
    const { threads } = this.program;
    return threads
      .flatMap((text, thread) =>
        operationsOf(text).map((_, place) => withoutOperation(threads, thread, place)),
      )
      .filter(([first]) => first !== undefined && !/^i/.test(first))
      .map((fewer) => new DeviceSubject({ ...this.program, threads: fewer }, this.#code));
  }

  events(): readonly OperationEvent[] {
    return this.#journal.events;
  }

  causesOf(fault: Fault, steps: readonly Step[]): readonly FaultCause[] {
    return causesOf({ fault, steps, sites: this.sites, layout: this.layout });
  }

  #judgeMemory(): Fault | null {
    const { program, words, layout } = this;
    const { keptBy, allocations } = this.#journal;
    const released =
      program.protocol === 'as-published'
        ? allocations.filter(({ kind }) => kind === 'release').map(({ spare }) => spare)
        : [];
    return faultAtQuiescence({
      program,
      words,
      layout,
      kept: new Set(keptBy.keys()),
      released: new Set(released),
    });
  }

  #judgeAllocations(stepCount: number): Fault | null {
    const { program } = this;
    const { allocations } = this.#journal;
    // As published nothing is given back, and nothing need be found again.
    const isGuarded = program.protocol === 'guarded';
    const calls = isGuarded ? allocations : allocations.filter(({ kind }) => kind === 'allocate');
    const { reservedCount, spareCount } = program;
    const beginOf = (call: (typeof calls)[number]) => this.#beginOf(call, stepCount);
    if (isAllocationHistoryLegal(calls, reservedCount, spareCount - reservedCount, beginOf)) {
      return null;
    }
    const refused = calls.some(({ kind, spare }) => kind === 'allocate' && spare < 0);
    return refused
      ? {
          kind: 'false exhaustion',
          text: 'An allocation was told "none" although a spare was free all the while.',
        }
      : { kind: 'not linearizable', text: 'No order of the calls explains their answers.' };
  }

  /** The table holds what was attached and not detached, each spare once. */
  #judgeTable(): Fault | null {
    for (const lba of this.#lbas) {
      const spare = finish(this.#table.spareFor(lba));
      const expected = this.#journal.remaps.get(lba) ?? ON_MAIN;
      if (spare === expected) continue;
      const say = (found: number) => (found === ON_MAIN ? 'the main device' : `spare ${found}`);
      return {
        kind: 'remap table',
        text: `The table leads LBA ${lba} to ${say(spare)}; it was put on ${say(expected)}.`,
      };
    }
    return null;
  }

  /** Also what a read would find now: a write that was acknowledged must not be lost. */
  #judgeSectors(stepCount: number): Fault | null {
    const { sectorCalls } = this.#journal;
    if (!sectorCalls.some(({ kind }) => kind === 'write') && sectorCalls.length === 0) return null;
    const calls = sectorCalls.map((call) => ({ ...call, begin: this.#beginOf(call, stepCount) }));
    const atEnd = this.#lbas.map((lba) => ({
      kind: 'read' as const,
      lba,
      value: this.#contentOf(lba),
      begin: stepCount,
      end: stepCount,
    }));
    const lba = firstIllegalSector([...calls, ...atEnd], (lba) =>
      contentAtFirst(this.program, lba),
    );
    if (lba === null) return null;
    const held = this.#contentOf(lba);
    return {
      kind: 'data lost',
      text: `Reads and writes of LBA ${lba} are not those of one sector; it now holds ${held}.`,
    };
  }

  #contentOf(lba: number): number {
    const { layout, words } = this;
    const spare = finish(this.#table.spareFor(lba));
    const first =
      spare === ON_MAIN ? layout.main + lba * SECTOR_WORDS : layout.spare + spare * SECTOR_WORDS;
    return contentIn(words, first);
  }

  /** The first access that the thread made after it had begun the call. */
  #beginOf(
    { thread, afterStep }: { thread: number; afterStep: number },
    stepCount: number,
  ): number {
    for (let step = afterStep + 1; step < stepCount; step++) {
      if (this.#who[step] === thread) return step;
    }
    return stepCount;
  }
}

function withoutOperation(threads: readonly string[], from: number, place: number): string[] {
  return threads
    .map((text, thread) => {
      if (thread !== from) return text;
      const words = text.match(/[a-z][0-9]?/g) ?? [];
      return words.filter((_, index) => index !== place).join('');
    })
    .filter((text) => text !== '');
}

function reserve(program: Program, code: ProductCode, layout: Layout, words: Int32Array): void {
  const { ReservationBitmap } = code.module<{
    ReservationBitmap: new (
      words: Int32Array,
      base: number,
    ) => { reserve(reserved: Uint8Array, wordCount: number): void };
  }>('device/reservation-bitmap');
  const reserved = new Uint8Array(program.spareCount).fill(1, 0, program.reservedCount);
  finish(new ReservationBitmap(words, layout.bitmap).reserve(reserved, layout.bitmapWords));
}

/** A thread's own objects; they hold no state but where their words are. */
function buildParts(
  plan: Plan,
  code: ProductCode,
  layout: Layout,
  words: Int32Array,
  {
    journal,
    offWord,
  }: {
    readonly journal: DeviceJournal;
    readonly offWord: number | null;
  },
): Pick<ThreadParts, 'allocator' | 'owners' | 'device' | 'control'> {
  const { lockOn } = code.module<{
    lockOn(kind: LockKind, words: Int32Array, base: number): Lock;
  }>('lock/index');
  const { allocatorOn, deviceOn, targetControlOn } = code.module<{
    allocatorOn(plan: Plan, words: Int32Array, layout: Layout, lock: Lock): SpareAllocator;
    targetControlOn(plan: Plan, memory: unknown, parts: ControlParts): TargetControl;
    deviceOn(plan: Plan, memory: unknown, lock: Lock): RemappingDevice;
  }>('device/index');
  const { JournalWitness } = code.module<{
    JournalWitness: new (owners: OwnerTable, journal: DeviceJournal) => SpareWitness;
  }>('explore/program/thread-program');
  const { OwnerTable } = code.module<{
    OwnerTable: new (words: Int32Array, base: number) => OwnerTable;
  }>('record/owner-table');
  const lock = finish(lockOn(plan.lock.kind, words, layout.allocationLock));
  const { InterruptsOffLock } = code.module<{
    InterruptsOffLock: new (lock: Lock, words: Int32Array, word: number) => Lock;
  }>('explore/program/interrupts-off-lock');
  const plainly = finish(lockOn(targetLockKindOf(plan), words, layout.targetLock));
  const blocks = { copy: sectorCopy(code.runtime, words) };
  const memory = { words, layout, blocks };
  const allocator = finish(allocatorOn(plan, words, layout, lock));
  const owners = new OwnerTable(words, layout.owners);
  const targetLock = offWord === null ? plainly : new InterruptsOffLock(plainly, words, offWord);
  const device = finish(deviceOn(plan, memory, targetLock));
  if (!sendsMessages(plan)) return { allocator, owners, device, control: null };
  const witness = finish(new JournalWitness(owners, journal));
  const parts = { allocator, device, targetLock, witness };
  return { ...parts, owners, control: finish(targetControlOn(plan, memory, parts)) };
}

/** Block copies, half a sector at a time. */
function sectorCopy(runtime: Runtime, words: Int32Array) {
  return function* copy(targetByte: number, sourceByte: number, byteCount: number): Steps<void> {
    const wordCount = byteCount / WORD_BYTES;
    for (let done = 0; done < wordCount; done += COPY_WORDS) {
      const target = targetByte / WORD_BYTES + done;
      const source = sourceByte / WORD_BYTES + done;
      runtime.announceCopy(target, source);
      yield;
      words.copyWithin(target, source, source + Math.min(COPY_WORDS, wordCount - done));
    }
  };
}
