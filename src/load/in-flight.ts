/**
 * What one thread has issued and not yet seen completed: a binary heap by completion over columns
 * that were there before the load began. Nobody is called when an operation completes; its thread
 * looks at the first of the heap.
 */
export class InFlight {
  readonly depth: number;
  /** Columns by slot: clock in ns, index in OPERATIONS, and what performing it returned. */
  readonly arrivalsNs: Float64Array;
  readonly issuesNs: Float64Array;
  readonly completionsNs: Float64Array;
  readonly operations: Int32Array;
  readonly moved: Int32Array;
  /** The first `count` are a heap of slots; the others are free. */
  readonly #slots: Int32Array;
  #count = 0;

  constructor(depth: number) {
    this.depth = depth;
    this.arrivalsNs = new Float64Array(depth);
    this.issuesNs = new Float64Array(depth);
    this.completionsNs = new Float64Array(depth);
    this.operations = new Int32Array(depth);
    this.moved = new Int32Array(depth);
    this.#slots = Int32Array.from({ length: depth }, (_, slot) => slot);
  }

  get count(): number {
    return this.#count;
  }

  /** The slot that the next operation is to be put in, before push(); there must be a free one. */
  get free(): number {
    return this.#slots[this.#count] as number;
  }

  /** The slot of the operation that completes first; there must be one. */
  get first(): number {
    return this.#slots[0] as number;
  }

  /** Takes in the operation whose columns were filled at `free`. */
  push(): void {
    const slots = this.#slots;
    const slot = slots[this.#count] as number;
    const completionNs = this.completionsNs[slot] as number;
    let place = this.#count++;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      const above = slots[parent] as number;
      if ((this.completionsNs[above] as number) <= completionNs) break;
      slots[place] = above;
      place = parent;
    }
    slots[place] = slot;
  }

  /** Lets the first one go. Its slot is free, and its columns stand until the next push(). */
  pop(): void {
    const slots = this.#slots;
    const gone = slots[0] as number;
    const count = --this.#count;
    const slot = slots[count] as number;
    slots[count] = gone;
    if (count === 0) return;
    const completionNs = this.completionsNs[slot] as number;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= count) break;
      const right = child + 1;
      if (right < count && this.#at(right) < this.#at(child)) child = right;
      if (this.#at(child) >= completionNs) break;
      slots[place] = slots[child] as number;
      place = child;
    }
    slots[place] = slot;
  }

  #at(place: number): number {
    return this.completionsNs[this.#slots[place] as number] as number;
  }
}
