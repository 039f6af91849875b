import type { Memory } from '../memory/attach.ts';
import { TraceEntry } from '../memory/layout.ts';
import { type RandomStream, streamFor } from '../random.ts';
import { OPERATIONS, type Plan } from '../scenario/plan.ts';
import { type AddressSource, addressSourceFor, disjointSlice } from './addresses.ts';

/** The operation a source has just drawn. A thread has one, and it is filled anew each time. */
export class DrawnOperation {
  /** Index into OPERATIONS. */
  operation = 0;
  /** First sector; SKIPPED when nothing was left to do this to. */
  lba = 0;
  sectorCount = 0;
}

export const SKIPPED = -1;

/**
 * What a thread does next. The list depends on the seed and the thread's number alone: what becomes
 * of an operation has no influence on those that follow.
 */
export interface OperationSource {
  /** False when there is nothing more to do. */
  next(into: DrawnOperation): boolean;
  /** When the operation just drawn should begin, ns since the gate; null for a closed load. */
  arrivalNs(): number | null;
  /** FNV-1a over all that was drawn, 32 bits. */
  digest(): number;
}

export function operationSourceFor(plan: Plan, memory: Memory, thread: number): OperationSource {
  return plan.load.trace === null
    ? new MixedOperations(plan, thread)
    : new TracedOperations(plan, memory, thread);
}

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

function fold(digest: number, operation: number, lba: number, sectorCount: number): number {
  const first = Math.imul(digest ^ operation, FNV_PRIME);
  const second = Math.imul(first ^ lba, FNV_PRIME);
  return Math.imul(second ^ sectorCount, FNV_PRIME);
}

const READ = OPERATIONS.indexOf('read');
const WRITE = OPERATIONS.indexOf('write');
const REMAP = OPERATIONS.indexOf('remap');
const UNREMAP = OPERATIONS.indexOf('unremap');

/**
 * Operations drawn by weight. Reads and writes go where the address source says. Remaps walk
 * through the thread's own LBAs, one after the other, and unremaps follow them in the same order;
 * both count attempts, so that a remap that was refused uses up its LBA and the list stays the
 * same.
 */
class MixedOperations implements OperationSource {
  readonly #operations: RandomStream;
  readonly #sizes: RandomStream;
  readonly #addresses: AddressSource;
  readonly #readBelow: number;
  readonly #writeBelow: number;
  readonly #remapBelow: number;
  readonly #sectorCounts: Int32Array;
  /** Draws below sizeBelow[i] take size i. */
  readonly #sizeBelow: Float64Array;
  readonly #remapFirst: number;
  readonly #remapRange: number;
  #remapAttempts = 0;
  #unremapAttempts = 0;
  #digest = FNV_OFFSET;

  constructor(plan: Plan, thread: number) {
    const { mix, blockSizes, threadCount } = plan.load;
    const total = mix.read + mix.write + mix.remap + mix.unremap;
    const scale = 2 ** 32 / total;
    this.#operations = streamFor(plan.seed, thread, 'operation');
    this.#sizes = streamFor(plan.seed, thread, 'size');
    this.#addresses = addressSourceFor(plan, thread);
    this.#readBelow = mix.read * scale;
    this.#writeBelow = (mix.read + mix.write) * scale;
    // The last kind in the mix takes the rest, so that rounding cannot draw one that is not in it.
    this.#remapBelow = mix.unremap === 0 ? 2 ** 32 : (total - mix.unremap) * scale;
    if (mix.remap + mix.unremap === 0) this.#writeBelow = 2 ** 32;
    if (mix.write + mix.remap + mix.unremap === 0) this.#readBelow = 2 ** 32;
    this.#sectorCounts = Int32Array.from(blockSizes, (size) => size.sectorCount);
    this.#sizeBelow = cumulative(blockSizes.map((size) => size.weight));
    const range = disjointSlice({ sectorCount: plan.device.sectorCount, threadCount, thread });
    this.#remapFirst = range.firstLba;
    this.#remapRange = range.sectorCount;
  }

  next(into: DrawnOperation): boolean {
    const draw = this.#operations.nextInt32() >>> 0;
    if (draw < this.#writeBelow) {
      into.operation = draw < this.#readBelow ? READ : WRITE;
      into.sectorCount = this.#drawSize();
      into.lba = this.#addresses.next(into.sectorCount);
    } else {
      into.sectorCount = 1;
      if (draw < this.#remapBelow) this.#drawRemap(into);
      else this.#drawUnremap(into);
    }
    this.#digest = fold(this.#digest, into.operation, into.lba, into.sectorCount);
    return true;
  }

  arrivalNs(): null {
    return null;
  }

  digest(): number {
    return this.#digest >>> 0;
  }

  #drawSize(): number {
    if (this.#sectorCounts.length === 1) return this.#sectorCounts[0] as number;
    const draw = this.#sizes.nextInt32() >>> 0;
    let index = 0;
    while (draw >= (this.#sizeBelow[index] as number)) index++;
    return this.#sectorCounts[index] as number;
  }

  #drawRemap(into: DrawnOperation): void {
    into.operation = REMAP;
    if (this.#remapAttempts - this.#unremapAttempts >= this.#remapRange) {
      into.lba = SKIPPED;
      return;
    }
    into.lba = this.#remapFirst + (this.#remapAttempts % this.#remapRange);
    this.#remapAttempts++;
  }

  #drawUnremap(into: DrawnOperation): void {
    into.operation = UNREMAP;
    if (this.#unremapAttempts >= this.#remapAttempts) {
      into.lba = SKIPPED;
      return;
    }
    into.lba = this.#remapFirst + (this.#unremapAttempts % this.#remapRange);
    this.#unremapAttempts++;
  }
}

/** Running sums scaled to 2^32; the last is 2^32 exactly. */
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

/** A thread's records of a trace, in shared memory since before the gate. */
class TracedOperations implements OperationSource {
  readonly #words: Int32Array;
  readonly #floats: Float64Array;
  readonly #planned: boolean;
  readonly #end: number;
  #at: number;
  #digest = FNV_OFFSET;

  constructor(plan: Plan, memory: Memory, thread: number) {
    const first = memory.layout.trace[thread] as number;
    const count = plan.load.trace?.recordCounts[thread] as number;
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#planned = plan.load.trace?.speed !== null;
    this.#at = first - TraceEntry.wordCount;
    this.#end = first + (count - 1) * TraceEntry.wordCount;
  }

  next(into: DrawnOperation): boolean {
    if (this.#at >= this.#end) return false;
    this.#at += TraceEntry.wordCount;
    const shape = this.#words[this.#at + TraceEntry.shape] as number;
    into.operation = shape & 7;
    into.sectorCount = shape >>> 3;
    into.lba = this.#words[this.#at + TraceEntry.lba] as number;
    this.#digest = fold(this.#digest, into.operation, into.lba, into.sectorCount);
    return true;
  }

  arrivalNs(): number | null {
    if (!this.#planned) return null;
    return this.#floats[(this.#at + TraceEntry.arrivalNs) / 2] as number;
  }

  digest(): number {
    return this.#digest >>> 0;
  }
}
