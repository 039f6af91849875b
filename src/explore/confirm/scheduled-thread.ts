import { allocatorOn, deviceOn, targetControlOn } from '../../device/index.ts';
import { lockOn } from '../../lock/index.ts';
import { attachMemory, type Memory } from '../../memory/attach.ts';
import { WORD_BYTES } from '../../memory/layout.ts';
import { OwnerTable } from '../../record/owner-table.ts';
import { type Plan, sendsMessages, targetLockKindOf } from '../../scenario/plan.ts';
import { Access, COPY_WORDS } from '../access.ts';
import { DeviceJournal } from '../program/device-journal.ts';
import { interruptsOffWord } from '../program/interrupts.ts';
import { InterruptsOffLock } from '../program/interrupts-off-lock.ts';
import { runRounds } from '../program/lock-program.ts';
import { lockPlanOf, parseLockProgram } from '../program/lock-subject.ts';
import { hostsOf, operationsOf, type Program, parseProgram, planOf } from '../program/program.ts';
import { JournalWitness, runProgram, type ThreadParts } from '../program/thread-program.ts';
import { EndOfSchedule, type Turns, TurnTaker, turnByTurn } from './scheduled-turns.ts';

/** What a worker is handed: a program by its name, the memory as it begins, and the schedule. */
export interface ScheduledTask {
  readonly name: string;
  readonly thread: number;
  readonly shared: WebAssembly.Memory;
  readonly turns: Turns;
}

/** What a thread says when it is through, of itself and of what interrupted it. */
export interface ScheduledEnd {
  readonly answers: readonly (readonly [thread: number, answers: string])[];
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
  const plan = planNamed(task.name);
  const memory = attachMemory(plan, task.shared);
  const lock = parseLockProgram(task.name);
  return lock === null
    ? playDevice(task, plan, memory)
    : playLock(task, plan, memory, lock.rounds[task.thread] as number);
}

/** Up to its end, or to where the schedule ends; returns what was thrown. */
function play(taker: TurnTaker, run: () => void): string | null {
  try {
    run();
    taker.idle();
    return null;
  } catch (error) {
    taker.after();
    return error instanceof EndOfSchedule ? null : String(error);
  }
}

function playLock(
  { thread, turns }: ScheduledTask,
  plan: Plan,
  { layout, words: memory }: Memory,
  rounds: number,
): ScheduledEnd {
  const taker = new TurnTaker(turns, memory, thread);
  const words = turnByTurn(memory, taker);
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const journal = { asks: () => {}, enters: () => {}, leaves: () => {} };
  const parts = { thread, rounds, lock, words, counter: layout.allocationHolder, journal };
  return { answers: [[thread, '']], error: play(taker, () => runRounds(parts)) };
}

/** Interrupts of a thread run where it runs; their own threads have nothing to do. */
function playDevice(task: ScheduledTask, plan: Plan, memory: Memory): ScheduledEnd {
  const { thread, turns } = task;
  const program = parseProgram(task.name);
  const hosts = hostsOf(program.threads);
  if (hosts[thread] !== -1) return { answers: [], error: null };
  const mine = hosts.flatMap((host, other) => (host === thread ? [other] : []));
  const handlers = new Map(
    mine.map((interrupt) => [interrupt, () => runProgram(partsOf(interrupt))]),
  );
  const taker = new TurnTaker(turns, memory.words, thread, handlers);
  const words = turnByTurn(memory.words, taker);
  const journal = new DeviceJournal(memory.words, taker.port, program.reservedCount, {
    sourceByte: (owner) => stagingByte(memory, owner, 0),
    targetByte: (owner) => stagingByte(memory, owner, 1),
  });
  const inTurn = { ...memory, words, blocks: copiesOf(memory, taker) };
  const partsOf = (own: number) => devicePartsOf(program, plan, inTurn, own, journal);
  const error = play(taker, () => runProgram(partsOf(thread)));
  const answers = journal.results().split('|');
  return { answers: [thread, ...mine].map((own) => [own, answers[own] ?? '']), error };
}

function devicePartsOf(
  program: Program,
  plan: Plan,
  memory: Memory,
  thread: number,
  journal: DeviceJournal,
): ThreadParts {
  const { words, layout } = memory;
  const lock = lockOn(plan.lock.kind, words, layout.allocationLock);
  const offWord = interruptsOffWord(program, layout, thread);
  const plainly = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  const targetLock = offWord === null ? plainly : new InterruptsOffLock(plainly, words, offWord);
  const owners = new OwnerTable(words, layout.owners);
  const path = {
    allocator: allocatorOn(plan, words, layout, lock),
    device: deviceOn(plan, memory, targetLock),
    targetLock,
    witness: new JournalWitness(owners, journal),
  };
  return {
    ...path,
    thread,
    operations: operationsOf(program.threads[thread] as string),
    owners,
    control: sendsMessages(plan) ? targetControlOn(plan, memory, path) : null,
    outerLock: program.outerLock,
    returnsSpares: program.protocol === 'guarded',
    sourceByte: stagingByte(memory, thread, 0),
    targetByte: stagingByte(memory, thread, 1),
    journal,
  };
}

/** Each thread has two staging buffers: to write from, and to read into. */
function stagingByte({ layout }: Memory, thread: number, which: 0 | 1): number {
  return (layout.staging + (2 * thread + which) * layout.stagingWords) * WORD_BYTES;
}

/** Block copies, half a sector at a turn, as the engine makes them. */
function copiesOf({ blocks }: Memory, taker: TurnTaker): Memory['blocks'] {
  return {
    ...blocks,
    copy: (target, source, byteCount) => {
      const atMost = COPY_WORDS * WORD_BYTES;
      for (let done = 0; done < byteCount; done += atMost) {
        taker.before(Access.copy, (target + done) / WORD_BYTES);
        blocks.copy(target + done, source + done, Math.min(atMost, byteCount - done));
      }
    },
  };
}
