import { allocatorOn, deviceOn, remapTableOn, targetControlOn } from '../device/index.ts';
import { formatMetadata } from '../device/metadata-area.ts';
import type { RemapTable } from '../device/remap-table.ts';
import { ReservationBitmap } from '../device/reservation-bitmap.ts';
import { RealCalls } from '../explore/confirm/real-calls.ts';
import { type Program, planOf } from '../explore/program/program.ts';
import { JournalWitness, type ThreadParts } from '../explore/program/thread-program.ts';
import { MeteredLock } from '../load/metered-lock.ts';
import { lockOn } from '../lock/index.ts';
import type { Lock } from '../lock/lock.ts';
import type { Rendezvous } from '../lock/rendezvous.ts';
import { attachMemory, type Memory } from '../memory/attach.ts';
import { partOf, type Region, WORD_BYTES } from '../memory/layout.ts';
import type { RandomStream } from '../random.ts';
import { OwnerTable } from '../record/owner-table.ts';
import { sendsMessages, targetLockKindOf } from '../scenario/plan.ts';
import { type Noise, NoisyLock } from './noisy-lock.ts';
import { Watch, WatchedLock, watchedIn } from './watched-lock.ts';

/** What a round changes. All else is as it was, or nobody's business but its thread's. */
const CHANGED_BY_A_ROUND: ReadonlySet<string> = new Set([
  'in flight',
  'moving',
  'allocation lock',
  'target lock',
  'allocation lock holder',
  'target lock holder',
  'allocator',
  'strips',
  'reservation bitmap',
  'remap table',
  'remap filter',
  'remap chains',
  'remap slots',
  'tracked sectors',
  'health slots',
  'metadata image',
  'saved metadata',
  'remaps since sync',
  'write log',
  'logged sectors',
  'owner table',
  'main device',
  'spare area',
]);

/** One thread's objects on one geometry, built once, before the first round. */
export interface Stage {
  readonly memory: Memory;
  readonly table: RemapTable;
  readonly journal: RealCalls;
  readonly watch: Watch;
  /** All that runProgram() needs but the operations. */
  readonly parts: Omit<ThreadParts, 'operations'>;
}

export interface StageWith {
  readonly thread: number;
  readonly shared: WebAssembly.Memory;
  readonly meeting: Rendezvous;
  readonly log: Int32Array;
  readonly quiet: Int32Array;
  readonly record: Int32Array;
  readonly noise: Noise;
  readonly random: RandomStream;
}

export function stageOn(program: Program, options: StageWith): Stage {
  const { thread, meeting, log, noise } = options;
  const plan = planOf(program);
  const memory = attachMemory(plan, options.shared);
  const { words, layout } = memory;
  const watch = new Watch(options.random, words, options.quiet, options.record);
  const watched = watchedIn(layout);
  const dress = (
    bare: Lock,
    which: 'allocationLock' | 'targetLock',
    regions: readonly Region[],
  ): Lock => {
    const metered = new MeteredLock(bare, memory, thread, which, Number.POSITIVE_INFINITY);
    return new NoisyLock(new WatchedLock(metered, watch, regions), noise);
  };
  const lock = dress(
    lockOn(plan.lock.kind, words, layout.allocationLock),
    'allocationLock',
    watched.allocation,
  );
  const targetLock = dress(
    lockOn(targetLockKindOf(plan), words, layout.targetLock),
    'targetLock',
    watched.target,
  );
  const staging = partOf(layout.staging, thread, 2 * layout.stagingWords);
  const bytes = {
    sourceByte: staging * WORD_BYTES,
    targetByte: (staging + layout.stagingWords) * WORD_BYTES,
  };
  const journal = new RealCalls(words, log, meeting, bytes);
  const owners = new OwnerTable(words, layout.owners);
  const path = {
    allocator: allocatorOn(plan, words, layout, lock),
    device: deviceOn(plan, memory, targetLock),
    targetLock,
    witness: new JournalWitness(owners, journal),
  };
  return {
    memory,
    table: remapTableOn(plan, words, layout),
    journal,
    watch,
    parts: {
      thread,
      allocator: path.allocator,
      owners,
      device: path.device,
      control: sendsMessages(plan) ? targetControlOn(plan, memory, path) : null,
      outerLock: program.outerLock,
      returnsSpares: program.protocol === 'guarded',
      journal,
      ...bytes,
    },
  };
}

/** A geometry's memory as every round finds it. */
export class FreshMemory {
  readonly #words: Int32Array;
  readonly #parts: readonly { readonly at: number; readonly part: Int32Array }[];

  /** Marks the metadata; called once a geometry, before any round. */
  constructor(program: Program, { words, layout }: Memory) {
    const reserved = new Uint8Array(program.spareCount).fill(1, 0, program.reservedCount);
    new ReservationBitmap(words, layout.bitmap).reserve(reserved, layout.bitmapWords);
    if (program.metadata.format !== 'none') formatMetadata(planOf(program), words, layout);
    this.#words = words;
    this.#parts = layout.regions
      .filter(({ name, wordCount }) => CHANGED_BY_A_ROUND.has(name) && wordCount > 0)
      .map(({ word, wordCount }) => ({ at: word, part: words.slice(word, word + wordCount) }));
  }

  restore(): void {
    for (const { at, part } of this.#parts) this.#words.set(part, at);
  }
}
