import { nowNs } from '../../clock.ts';
import { allocatorOn, deviceOn, remapTableOn, targetControlOn } from '../../device/index.ts';
import { formatMetadata } from '../../device/metadata-area.ts';
import { ReservationBitmap } from '../../device/reservation-bitmap.ts';
import { lockOn } from '../../lock/index.ts';
import { RENDEZVOUS_WORDS, Rendezvous } from '../../lock/rendezvous.ts';
import { attachMemory } from '../../memory/attach.ts';
import { type Layout, WORD_BYTES } from '../../memory/layout.ts';
import { type RandomStream, streamFor } from '../../random.ts';
import { OwnerTable } from '../../record/owner-table.ts';
import { sendsMessages, targetLockKindOf } from '../../scenario/plan.ts';
import type { FaultKind } from '../engine/fault.ts';
import { operationsOf, type Program, planOf } from '../program/program.ts';
import { contentAtFirst, fillSectors } from '../program/sector-contents.ts';
import { JournalWitness, runProgram } from '../program/thread-program.ts';
import { CALL_LOG_WORDS, callsIn, RealCalls } from './real-calls.ts';
import { showsFault } from './real-judge.ts';

/** What a worker is handed. Threads do the program over and over; thread 0 also judges. */
export interface RealTask {
  readonly program: Program;
  readonly kind: FaultKind;
  readonly thread: number;
  readonly shared: WebAssembly.Memory;
  /** Meeting place, then what thread 0 counts, then a log of calls a thread. */
  readonly control: Int32Array;
  readonly forNs: number;
}

/** Words of the control block before the logs. */
export const RealWord = {
  rounds: RENDEZVOUS_WORDS,
  seen: RENDEZVOUS_WORDS + 1,
  over: RENDEZVOUS_WORDS + 2,
  logs: RENDEZVOUS_WORDS + 3,
} as const;

export function controlWordsFor({ threads }: Program): number {
  return RealWord.logs + threads.length * CALL_LOG_WORDS;
}

/** Rounds at most, however much time there is. */
const ROUNDS_MOST = 100_000;
/** What has been seen so often need not be seen again. */
const SEEN_ENOUGH = 100;
/** Turns of an empty loop by which threads start apart: one begins a little before the others. */
const STAGGER_TURNS = 400;

/** One thread's part of all rounds, by the files as they run, until the time is up. */
export function runRealRounds(task: RealTask): void {
  const { program, thread, control, kind } = task;
  const plan = planOf(program);
  const memory = attachMemory(plan, task.shared);
  const { words, layout } = memory;
  const meeting = new Rendezvous(control, program.threads.length);
  const logOf = (owner: number) => {
    const from = RealWord.logs + owner * CALL_LOG_WORDS;
    return control.subarray(from, from + CALL_LOG_WORDS);
  };
  const staging = (which: number) =>
    (layout.staging + (2 * thread + which) * layout.stagingWords) * WORD_BYTES;
  const bytes = { sourceByte: staging(0), targetByte: staging(1) };
  const journal = new RealCalls(words, logOf(thread), meeting, bytes);
  const owners = new OwnerTable(words, layout.owners);
  const targetLock = lockOn(targetLockKindOf(plan), words, layout.targetLock);
  const path = {
    allocator: allocatorOn(plan, words, layout, lockOn(program.lock, words, layout.allocationLock)),
    device: deviceOn(plan, memory, targetLock),
    targetLock,
    witness: new JournalWitness(owners, journal),
  };
  const parts = {
    ...path,
    thread,
    operations: operationsOf(program.threads[thread] as string),
    owners,
    control: sendsMessages(plan) ? targetControlOn(plan, memory, path) : null,
    outerLock: program.outerLock,
    returnsSpares: program.protocol === 'guarded',
    journal,
    ...bytes,
  };
  const table = remapTableOn(plan, words, layout);
  const atFirst = (lba: number) => contentAtFirst(plan, lba);
  const isJudge = thread === 0;
  if (isJudge) {
    const reserved = new Uint8Array(program.spareCount).fill(1, 0, program.reservedCount);
    new ReservationBitmap(words, layout.bitmap).reserve(reserved, layout.bitmapWords);
    fillSectors(plan, words, layout);
    if (program.metadata.format !== 'none') formatMetadata(plan, words, layout);
  }
  const image = isJudge ? imageOf(words, layout) : [];
  const random = streamFor(0, thread, 'explore');
  const untilNs = nowNs() + task.forNs;
  for (let round = 0; ; round++) {
    if (isJudge) {
      for (const { at, part } of image) words.set(part, at);
      const isEnough = round >= ROUNDS_MOST || (control[RealWord.seen] as number) >= SEEN_ENOUGH;
      control[RealWord.over] = Number(isEnough || nowNs() > untilNs);
    }
    meeting.meet();
    if (control[RealWord.over] !== 0) return;
    journal.begin();
    // Once more, now that everybody is awake: a thread that slept comes late to the first.
    meeting.meet();
    stagger(random);
    runProgram(parts);
    meeting.meet();
    if (!isJudge) continue;
    const calls = program.threads.flatMap((_, owner) => callsIn(logOf(owner)));
    const end = { program, words, layout, table, calls, contentAtFirst: atFirst };
    const seen = showsFault(end, kind);
    control[RealWord.rounds] = round + 1;
    if (seen) control[RealWord.seen] = (control[RealWord.seen] as number) + 1;
  }
}

/** Written by no program, and as large as all others together. */
const LEFT_AS_IT_IS: readonly string[] = ['histograms', 'owner conflicts', 'claims'];

/** The memory as every round finds it, in parts. */
function imageOf(words: Int32Array, { regions }: Layout) {
  return regions
    .filter(({ name }) => !LEFT_AS_IT_IS.includes(name))
    .map(({ word, wordCount }) => ({ at: word, part: words.slice(word, word + wordCount) }));
}

function stagger(random: RandomStream): void {
  const turns = random.below(STAGGER_TURNS);
  for (let turn = 0; turn < turns; turn++);
}
