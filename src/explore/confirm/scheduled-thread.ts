import { allocatorOn, deviceOn } from '../../device/index.ts';
import { lockOn } from '../../lock/index.ts';
import { attachMemory, type Memory } from '../../memory/attach.ts';
import { WORD_BYTES } from '../../memory/layout.ts';
import { OwnerTable } from '../../record/owner-table.ts';
import { type Plan, SECTOR_BYTES, targetLockKindOf } from '../../scenario/plan.ts';
import { Access } from '../access.ts';
import { DeviceJournal } from '../program/device-journal.ts';
import { runRounds } from '../program/lock-program.ts';
import { lockPlanOf, parseLockProgram } from '../program/lock-subject.ts';
import { operationsOf, type Program, parseProgram, planOf } from '../program/program.ts';
import { runProgram } from '../program/thread-program.ts';
import { EndOfSchedule, type Turns, TurnTaker, turnByTurn } from './scheduled-turns.ts';

/** What a worker is handed: a program by its name, the memory as it begins, and the schedule. */
export interface ScheduledTask {
  readonly name: string;
  readonly thread: number;
  readonly shared: WebAssembly.Memory;
  readonly turns: Turns;
}

/** What a thread says when it is through. */
export interface ScheduledEnd {
  readonly answers: string;
  /** What it did, operation for operation, and the last step before. */
  readonly events: readonly { readonly step: number; readonly text: string }[];
  /** What it threw, or null. */
  readonly error: string | null;
}

/** The plan of a program by its name, of a lock or of a device. */
export function planNamed(name: string): Plan {
  const lock = parseLockProgram(name);
  return lock === null ? planOf(parseProgram(name)) : lockPlanOf(lock.kind, lock.rounds);
}

/** One thread's part, by the files as they run, each access to shared memory in its turn. */
export function runScheduled(task: ScheduledTask): ScheduledEnd {
  const { name, thread, turns } = task;
  const plan = planNamed(name);
  const memory = attachMemory(plan, task.shared);
  const taker = new TurnTaker(turns, memory.words, thread);
  const words = turnByTurn(memory.words, taker);
  const lock = parseLockProgram(name);
  const playing =
    lock === null
      ? deviceProgram(plan, parseProgram(name), memory, { words, taker, thread })
      : lockProgram(plan, lock.rounds, memory, { words, thread });
  let error: string | null = null;
  try {
    playing.run();
    taker.after();
  } catch (thrown) {
    taker.after();
    if (!(thrown instanceof EndOfSchedule)) error = String(thrown);
  }
  return { ...playing.told(), error };
}

interface Playing {
  run(): void;
  told(): Omit<ScheduledEnd, 'error'>;
}

function lockProgram(
  plan: Plan,
  rounds: readonly number[],
  { layout }: Memory,
  { words, thread }: { readonly words: Int32Array; readonly thread: number },
): Playing {
  const journal = { asks: () => {}, enters: () => {}, leaves: () => {} };
  const parts = {
    thread,
    rounds: rounds[thread] as number,
    lock: lockOn(plan.lock.kind, words, layout.allocationLock),
    words,
    counter: layout.allocationHolder,
    journal,
  };
  return { run: () => runRounds(parts), told: () => ({ answers: '', events: [] }) };
}

function deviceProgram(
  plan: Plan,
  program: Program,
  memory: Memory,
  {
    words,
    taker,
    thread,
  }: { readonly words: Int32Array; readonly taker: TurnTaker; readonly thread: number },
): Playing {
  const { layout } = memory;
  const staging = (owner: number, which: number) =>
    (layout.staging + (2 * owner + which) * layout.stagingWords) * WORD_BYTES;
  const journal = new DeviceJournal(memory.words, taker.port, program.reservedCount, {
    sourceByte: (owner) => staging(owner, 0),
    targetByte: (owner) => staging(owner, 1),
  });
  journal.begin();
  const allocationLock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  const parts = {
    thread,
    operations: operationsOf(program.threads[thread] as string),
    allocator: allocatorOn(plan, words, layout, allocationLock),
    owners: new OwnerTable(words, layout.owners),
    device: deviceOn(plan, { ...memory, words, blocks: copiesOf(memory, taker) }, targetLock),
    outerLock: program.outerLock,
    returnsSpares: program.protocol === 'guarded',
    sourceByte: staging(thread, 0),
    targetByte: staging(thread, 1),
    journal,
  };
  return {
    run: () => runProgram(parts),
    told: () => ({
      answers: journal.results().split('|')[thread] ?? '',
      events: journal.events.map(({ step, text }) => ({ step, text })),
    }),
  };
}

/** Block copies, a sector at a turn, as the engine makes them. */
function copiesOf({ blocks }: Memory, taker: TurnTaker): Memory['blocks'] {
  return {
    ...blocks,
    copy: (target, source, byteCount) => {
      for (let done = 0; done < byteCount; done += SECTOR_BYTES) {
        taker.before(Access.copy, (target + done) / WORD_BYTES);
        blocks.copy(target + done, source + done, SECTOR_BYTES);
      }
    },
  };
}
