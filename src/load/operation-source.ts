import type { Memory } from '../memory/attach.ts';
import type { RandomStream } from '../random.ts';
import {
  CONTROL_COMMANDS,
  type JobPlan,
  jobOf,
  type MessageBlock,
  type MessageStep,
  OPERATIONS,
  type Plan,
} from '../scenario/plan.ts';
import { type AddressSource, addressSourceFor, remapRangeOf } from './addresses.ts';
import { jobStream } from './job-stream.ts';
import { PreRemaps } from './pre-remaps.ts';
import { RemapWalk } from './remap-walk.ts';
import { TracedOperations } from './trace/traced-operations.ts';

/** Most operations that are drawn at once. */
export const DRAWN_MOST = 64;

/**
 * Operations drawn ahead, in columns. A thread has one, and it is filled anew each time. Drawing
 * many in a row costs half of what drawing one between two operations does.
 */
export class DrawnOperations {
  /** Indices into OPERATIONS. */
  readonly operations = new Int32Array(DRAWN_MOST);
  /** First sectors; SKIPPED when nothing was left to do this to. */
  readonly lbas = new Int32Array(DRAWN_MOST);
  readonly sectorCounts = new Int32Array(DRAWN_MOST);
  /** Indices into CONTROL_COMMANDS; only from a script of messages. */
  readonly commands = new Int32Array(DRAWN_MOST);
  /** Words of each message; only from a script. */
  readonly wordCounts = new Int32Array(DRAWN_MOST);
  /** When each should begin, ns since its job began; only from a source that plans arrivals. */
  readonly arrivalsNs = new Float64Array(DRAWN_MOST);
}

export const SKIPPED = -1;

/**
 * What a thread does next. The list depends on the seed and the thread's number alone: what becomes
 * of an operation has no influence on those that follow.
 */
export interface OperationSource {
  /** False for a closed load, in which the next operation begins when the last one is done. */
  readonly plansArrivals: boolean;
  /** The next `count` ≤ DRAWN_MOST operations, or as many as are left. Returns how many. */
  draw(into: DrawnOperations, count: number): number;
}

export function operationSourceFor(plan: Plan, memory: Memory, thread: number): OperationSource {
  const job = jobOf(plan, thread);
  const { messages, trace, writesPerFlush } = job;
  if (trace !== null) {
    const place = thread - job.firstThread;
    const isTimed = trace.speed !== null;
    return new TracedOperations(memory, { thread, place, isTimed }, job.startsAfter);
  }
  if (messages !== null && thread === job.firstThread) return new ScriptedOperations(messages);
  const mixed = new MixedOperations(plan, job, thread);
  return writesPerFlush === 0 ? mixed : new FlushedOperations(mixed, writesPerFlush);
}

export const EMPTY_DIGEST = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** FNV-1a over the first `count` of drawn operations, on top of `digest`; 32 bits, signed. */
export function digestOf(digest: number, drawn: DrawnOperations, count: number): number {
  const { operations, lbas, sectorCounts } = drawn;
  let hash = digest;
  for (let index = 0; index < count; index++) {
    hash = Math.imul(hash ^ (operations[index] as number), FNV_PRIME);
    hash = Math.imul(hash ^ (lbas[index] as number), FNV_PRIME);
    hash = Math.imul(hash ^ (sectorCounts[index] as number), FNV_PRIME);
  }
  return hash;
}

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');
const REMAP = OPERATIONS.indexOf('remap');
const UNREMAP = OPERATIONS.indexOf('unremap');
const MESSAGE = OPERATIONS.indexOf('message');
const REMAP_COMMAND = CONTROL_COMMANDS.indexOf('remap');
const SYNC = OPERATIONS.indexOf('sync');
const TRIM = OPERATIONS.indexOf('trim');

/** In this order the draws are shared out among the kinds of a mix. */
const MIX_ORDER = [
  { key: 'read', operation: READ },
  { key: 'write', operation: WRITE },
  { key: 'remap', operation: REMAP },
  { key: 'unremap', operation: UNREMAP },
  { key: 'flush', operation: SYNC },
  { key: 'trim', operation: TRIM },
] as const;

/**
 * Operations drawn by weight. Reads, writes and trims go where the address source says. Remaps walk
 * through the thread's own LBAs, one after the other, and unremaps follow them in the same order;
 * both count attempts, so that a remap that was refused uses up its LBA and the list stays the
 * same.
 */
class MixedOperations implements OperationSource {
  readonly plansArrivals = false;
  readonly #operations: RandomStream;
  readonly #sizes: RandomStream;
  readonly #addresses: AddressSource;
  /** Draws below writeBelow are reads and, from readBelow on, writes: most of them, as a rule. */
  readonly #readBelow: number;
  readonly #writeBelow: number;
  /** Of all kinds in the mix; draws below kindBelow[i], and no bound before, are of kind i. */
  readonly #kinds: Int32Array;
  readonly #kindBelow: Float64Array;
  readonly #sectorCounts: Int32Array;
  /** Draws below sizeBelow[i] take size i. */
  readonly #sizeBelow: Float64Array;
  readonly #remaps: RemapWalk;
  readonly #unremaps: RemapWalk;
  #remapAttempts = 0;
  #unremapAttempts = 0;

  constructor(plan: Plan, job: JobPlan, thread: number) {
    const { mix, blockSizes } = job;
    const kinds = MIX_ORDER.filter(({ key }) => mix[key] > 0);
    this.#kinds = Int32Array.from(kinds, ({ operation }) => operation);
    this.#kindBelow = cumulative(kinds.map(({ key }) => mix[key]));
    const boundOf = (operation: number) => this.#kindBelow[this.#kinds.indexOf(operation)];
    this.#readBelow = boundOf(READ) ?? 0;
    this.#writeBelow = boundOf(WRITE) ?? this.#readBelow;
    this.#operations = jobStream(plan, thread, 'operation');
    this.#sizes = jobStream(plan, thread, 'size');
    this.#addresses = addressSourceFor(plan, thread);
    this.#sectorCounts = Int32Array.from(blockSizes, (size) => size.sectorCount);
    this.#sizeBelow = cumulative(blockSizes.map((size) => size.weight));
    const range = remapRangeOf(plan, thread);
    const before = new PreRemaps(plan);
    this.#remaps = new RemapWalk(range, before);
    this.#unremaps = new RemapWalk(range, before);
  }

  draw(into: DrawnOperations, count: number): number {
    for (let index = 0; index < count; index++) {
      const draw = this.#operations.nextInt32() >>> 0;
      if (draw < this.#writeBelow) {
        const sectorCount = this.#drawSize();
        into.operations[index] = draw < this.#readBelow ? READ : WRITE;
        into.sectorCounts[index] = sectorCount;
        into.lbas[index] = this.#addresses.next(sectorCount);
      } else {
        this.#drawOther(into, index, draw);
      }
    }
    return count;
  }

  #drawOther(into: DrawnOperations, index: number, draw: number): void {
    let kind = 0;
    while (draw >= (this.#kindBelow[kind] as number)) kind++;
    const operation = this.#kinds[kind] as number;
    into.operations[index] = operation;
    if (operation === TRIM) {
      const sectorCount = this.#drawSize();
      into.sectorCounts[index] = sectorCount;
      into.lbas[index] = this.#addresses.next(sectorCount);
    } else if (operation === SYNC) {
      into.sectorCounts[index] = 0;
      into.lbas[index] = 0;
    } else {
      into.sectorCounts[index] = 1;
      into.lbas[index] = operation === REMAP ? this.#nextRemap() : this.#nextUnremap();
    }
  }

  #drawSize(): number {
    if (this.#sectorCounts.length === 1) return this.#sectorCounts[0] as number;
    const draw = this.#sizes.nextInt32() >>> 0;
    let index = 0;
    while (draw >= (this.#sizeBelow[index] as number)) index++;
    return this.#sectorCounts[index] as number;
  }

  #nextRemap(): number {
    if (this.#remapAttempts - this.#unremapAttempts >= this.#remaps.lbaCount) return SKIPPED;
    this.#remapAttempts++;
    return this.#remaps.next();
  }

  #nextUnremap(): number {
    if (this.#unremapAttempts >= this.#remapAttempts) return SKIPPED;
    this.#unremapAttempts++;
    return this.#unremaps.next();
  }
}

/** The operations of another source, and a flush after every so many writes among them. */
class FlushedOperations implements OperationSource {
  readonly plansArrivals: boolean;
  readonly #source: OperationSource;
  readonly #period: number;
  readonly #one = new DrawnOperations();
  #untilFlush: number;

  constructor(source: OperationSource, writesPerFlush: number) {
    this.plansArrivals = source.plansArrivals;
    this.#source = source;
    this.#period = writesPerFlush;
    this.#untilFlush = writesPerFlush;
  }

  draw(into: DrawnOperations, count: number): number {
    for (let index = 0; index < count; index++) {
      if (this.#untilFlush === 0) {
        this.#untilFlush = this.#period;
        into.operations[index] = SYNC;
        into.lbas[index] = 0;
        into.sectorCounts[index] = 0;
        continue;
      }
      if (this.#source.draw(this.#one, 1) === 0) return index;
      const operation = this.#one.operations[0] as number;
      into.operations[index] = operation;
      into.lbas[index] = this.#one.lbas[0] as number;
      into.sectorCounts[index] = this.#one.sectorCounts[0] as number;
      if (operation === WRITE) this.#untilFlush--;
    }
    return count;
  }
}

/**
 * Running sums scaled to 2^32. The last is 2^32 exactly, so that rounding cannot draw what is not
 * there.
 */
function cumulative(weights: readonly number[]): Float64Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const bounds = Float64Array.from(weights, (weight) => {
    sum += weight;
    return (sum / total) * 2 ** 32;
  });
  bounds[bounds.length - 1] = 2 ** 32;
  return bounds;
}

/** The messages of a script, step by step; a message `remap` is a remap, all else a message. */
class ScriptedOperations implements OperationSource {
  readonly plansArrivals = false;
  readonly #blocks: readonly MessageBlock[];
  #block = 0;
  #round = 0;
  #step = 0;
  /** Of the step: messages that were drawn. */
  #done = 0;

  constructor(blocks: readonly MessageBlock[]) {
    this.#blocks = blocks;
  }

  draw(into: DrawnOperations, count: number): number {
    for (let index = 0; index < count; index++) {
      const block = this.#blocks[this.#block];
      if (block === undefined) return index;
      const step = block.steps[this.#step] as MessageStep;
      const command = CONTROL_COMMANDS.indexOf(step.command);
      into.operations[index] = command === REMAP_COMMAND ? REMAP : MESSAGE;
      into.commands[index] = command;
      into.lbas[index] = step.firstLba + Math.floor(this.#done / step.times);
      into.sectorCounts[index] = 1;
      into.wordCounts[index] = step.wordCount;
      this.#advance(block, step);
    }
    return count;
  }

  #advance({ repeat, steps }: MessageBlock, { firstLba, lastLba, times }: MessageStep): void {
    if (++this.#done < times * (lastLba - firstLba + 1)) return;
    this.#done = 0;
    if (++this.#step < steps.length) return;
    this.#step = 0;
    if (++this.#round < repeat) return;
    this.#round = 0;
    this.#block++;
  }
}
