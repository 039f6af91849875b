/** Blocks told apart, at most: of 4 KiB, hardly fewer than the largest device in memory has. */
const BLOCK_COUNT_MAX = 2 ** 20 - 16;
const SLOT_COUNT_MIN = 2 ** 12;
/** log2 of the sectors in a block, to begin with: 4 KiB. */
const SHIFT = 3;
/** A block is looked at in eight parts: its sectors, or more than one sector each. */
const PART_SHIFT = 3;

/**
 * What is known of each block that a trace has touched: how often, and which of its parts were ever
 * written. An open hash table over typed arrays, since a Map of a million would take five times as
 * much.
 *
 * Memory is bounded: when more blocks were touched than are kept, neighbours are joined and blocks
 * are twice as large from then on. Counts stay right for the larger blocks; what overlaps is then
 * told in eighths of them, and no longer in sectors.
 */
export class BlockTable {
  readonly #blockCountMax: number;
  #shift = SHIFT;
  /** Number of the block + 1; 0 is an empty slot. */
  #keys = new Float64Array(SLOT_COUNT_MIN);
  #touches = new Float64Array(SLOT_COUNT_MIN);
  #written = new Uint8Array(SLOT_COUNT_MIN);
  #count = 0;

  constructor(blockCountMax = BLOCK_COUNT_MAX) {
    this.#blockCountMax = blockCountMax;
  }

  /** log2 of the sectors in a block. */
  get shift(): number {
    return this.#shift;
  }

  get blockCount(): number {
    return this.#count;
  }

  /** Marks an access, and says whether it touches anything that was written before. */
  touch(lba: number, sectorCount: number, isWrite: boolean): boolean {
    // A request of more blocks than are kept makes blocks larger before it fills the table.
    while (sectorCount / 2 ** this.#shift > this.#blockCountMax) this.#coarsen();
    let overlaps = false;
    const end = lba + sectorCount;
    for (let at = lba; at < end; ) {
      const blockSectors = 2 ** this.#shift;
      const block = Math.floor(at / blockSectors);
      const blockEnd = Math.min(end, (block + 1) * blockSectors);
      const slot = this.#slotOf(block);
      const mask = this.#maskOf(at - block * blockSectors, blockEnd - block * blockSectors);
      if (((this.#written[slot] as number) & mask) !== 0) overlaps = true;
      if (isWrite) this.#written[slot] = (this.#written[slot] as number) | mask;
      this.#touches[slot] = (this.#touches[slot] as number) + 1;
      at = blockEnd;
      if (this.#count > this.#blockCountMax) this.#coarsen();
    }
    return overlaps;
  }

  /** Numbers of the touched blocks, ascending. */
  blocks(): Float64Array {
    const blocks = new Float64Array(this.#count);
    let filled = 0;
    for (const key of this.#keys) if (key !== 0) blocks[filled++] = key - 1;
    return blocks.sort();
  }

  /** How often each touched block was, the most often first. */
  touches(): Float64Array {
    const touches = new Float64Array(this.#count);
    let filled = 0;
    for (let slot = 0; slot < this.#keys.length; slot++) {
      if (this.#keys[slot] !== 0) touches[filled++] = this.#touches[slot] as number;
    }
    return touches.sort().reverse();
  }

  /** Parts of a block from one of its sectors up to another. */
  #maskOf(first: number, end: number): number {
    const partSectors = 2 ** (this.#shift - PART_SHIFT);
    const from = Math.floor(first / partSectors);
    const to = Math.ceil(end / partSectors);
    return ((1 << to) - 1) & ~((1 << from) - 1);
  }

  #slotOf(block: number): number {
    if (2 * (this.#count + 1) > this.#keys.length) this.#grow();
    const mask = this.#keys.length - 1;
    let slot = hash(block) & mask;
    for (;;) {
      const key = this.#keys[slot] as number;
      if (key === block + 1) return slot;
      if (key === 0) {
        this.#keys[slot] = block + 1;
        this.#count++;
        return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    this.#refill(
      this.#keys.length * 2,
      (block) => block,
      (parts) => parts,
    );
  }

  #coarsen(): void {
    this.#shift++;
    this.#refill(
      this.#keys.length,
      (block) => Math.floor(block / 2),
      (parts, block) => half(parts) << (block % 2 === 0 ? 0 : 4),
    );
  }

  #refill(
    slotCount: number,
    blockOf: (block: number) => number,
    partsOf: (parts: number, block: number) => number,
  ): void {
    const [keys, touches, written] = [this.#keys, this.#touches, this.#written];
    this.#keys = new Float64Array(slotCount);
    this.#touches = new Float64Array(slotCount);
    this.#written = new Uint8Array(slotCount);
    this.#count = 0;
    for (let at = 0; at < keys.length; at++) {
      if (keys[at] === 0) continue;
      const block = (keys[at] as number) - 1;
      const slot = this.#slotOf(blockOf(block));
      this.#touches[slot] = (this.#touches[slot] as number) + (touches[at] as number);
      const parts = partsOf(written[at] as number, block);
      this.#written[slot] = (this.#written[slot] as number) | parts;
    }
  }
}

/** Eight parts as four that are twice as large. */
function half(parts: number): number {
  let halved = 0;
  for (let part = 0; part < 4; part++) {
    if ((parts & (3 << (2 * part))) !== 0) halved |= 1 << part;
  }
  return halved;
}

/** MurmurHash3's 32-bit finaliser (A. Appleby), on both halves of a number below 2^53. */
function hash(block: number): number {
  let mixed = (block % 2 ** 32) ^ Math.imul(Math.floor(block / 2 ** 32), 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
