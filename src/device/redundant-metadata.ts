import { type Layout, Metadata, SECTOR_WORDS, WORD_BYTES } from '../memory/layout.ts';
import { type RedundantArea, sectorOf } from '../metadata/redundant-area.ts';
import { Block, checksumOf, ENTRIES_PER_BLOCK } from '../metadata/redundant-block.ts';
import type { MetadataPlan } from '../scenario/plan.ts';
import type { Medium } from './medium.ts';
import type { MetadataWriter } from './metadata-writer.ts';
import { Outcome } from './outcome.ts';

/**
 * The corrected metadata: every remap changes one block, and writes all copies of it before the
 * mapping is published and the caller told. In this order, with `flush: each-copy`:
 *
 *     flush       the data is on the spare for good
 *     copy 0, flush, copy 1, flush, …
 *     publish     by the device; then the caller is told
 *
 * So at most one copy of a block is in flight, and all others are whole, old or new. After a crash
 * the latest valid copy holds: the remap is there or not, and if it is there, so is its data. An
 * undoing runs the same way: data back on the main device for good, then the copies, then the
 * table; only after that may the spare be given to anybody else.
 *
 * The other settings of `flush` leave flushes out, to see what they are good for.
 *
 * All of it is done under the target lock, so there is one update at a time.
 */
export class RedundantMetadata implements MetadataWriter {
  readonly #words: Int32Array;
  readonly #medium: Medium;
  readonly #metadata: number;
  readonly #area: RedundantArea;
  readonly #flush: MetadataPlan['flush'];
  readonly #isPrimaryFirst: boolean;
  /** Words of a block that can be anything but 0: those up to its last spare. */
  readonly #wordsInUse: number;
  /** This thread's own: the block at hand, for its check word. */
  readonly #scratch = new Int32Array(Block.wordCount);

  constructor(
    words: Int32Array,
    layout: Layout,
    medium: Medium,
    shape: {
      readonly area: RedundantArea;
      readonly plan: MetadataPlan;
      readonly allocatableEnd: number;
    },
  ) {
    this.#words = words;
    this.#medium = medium;
    this.#metadata = layout.savedMetadata;
    this.#area = shape.area;
    this.#flush = shape.plan.flush;
    this.#isPrimaryFirst = shape.plan.order === 'primary-first';
    this.#wordsInUse = Block.firstEntry + Math.min(ENTRIES_PER_BLOCK, shape.allocatableEnd);
  }

  recordRemap(lba: number, spare: number): number {
    if (this.#flush === 'each-copy' || this.#flush === 'per-update') {
      const outcome = this.#medium.flushSpare();
      if (outcome !== Outcome.done) return outcome;
    }
    return this.#update(spare, lba + 1);
  }

  recordUnremap(_lba: number, spare: number): number {
    if (this.#flush !== 'never') {
      const outcome = this.#medium.flushMain();
      if (outcome !== Outcome.done) return outcome;
    }
    return this.#update(spare, 0);
  }

  finishRemap(): void {}

  /** Nothing is ever left to be saved. */
  sync(): void {}
  autosave(): void {}

  flush(): number {
    const outcome = this.#medium.flushMain();
    return outcome === Outcome.done ? this.#medium.flushSpare() : outcome;
  }

  /** Under the target lock. An Outcome; what follows one other than `done` is never sent. */
  #update(spare: number, entry: number): number {
    const words = this.#words;
    const block = Math.floor(spare / ENTRIES_PER_BLOCK);
    const base = this.#metadata + Metadata.context + block * SECTOR_WORDS;
    const at = base + Block.firstEntry + (spare % ENTRIES_PER_BLOCK);
    const sequence = ((words[this.#metadata + Metadata.sequence] as number) + 1) | 0;
    words[this.#metadata + Metadata.sequence] = sequence;
    words[at] = entry;
    words[base + Block.sequence] = sequence;
    words[base + Block.used] = (words[base + Block.used] as number) + (entry === 0 ? -1 : 1);

    const scratch = this.#scratch;
    for (let word = 0; word < this.#wordsInUse; word++)
      scratch[word] = words[base + word] as number;
    const copyCount = this.#area.positions.length;
    for (let turn = 0; turn < copyCount; turn++) {
      const copy = this.#isPrimaryFirst ? turn : copyCount - 1 - turn;
      scratch[Block.copy] = copy;
      words[base + Block.copy] = copy;
      words[base + Block.checksum] = checksumOf(scratch);
      const outcome = this.#writeCopy(sectorOf(this.#area, copy, block), base);
      if (outcome !== Outcome.done) return outcome;
    }
    if (this.#flush === 'per-update' || this.#flush === 'at-end') return this.#medium.flushSpare();
    return Outcome.done;
  }

  #writeCopy(sector: number, base: number): number {
    const outcome = this.#medium.writeSpare(sector, 1, base * WORD_BYTES);
    if (outcome !== Outcome.done || this.#flush !== 'each-copy') return outcome;
    return this.#medium.flushSpare();
  }
}
