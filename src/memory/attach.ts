import { AssertionError } from '../errors.ts';
import type { Plan } from '../scenario/plan.ts';
import { type BlockOperations, blockOperationsOn } from './block-copy.ts';
import { Control, type Layout, layoutOf, MAGIC, WORD_BYTES, WORD_COUNT_MAX } from './layout.ts';

const PAGE_BYTES = 65536;

/** A run's shared memory as one thread sees it. */
export interface Memory {
  readonly shared: WebAssembly.Memory;
  readonly layout: Layout;
  readonly words: Int32Array;
  readonly floats: Float64Array;
  readonly blocks: BlockOperations;
}

/**
 * Allocates and stamps a run's memory; all zero but for its header, and not a page of it there yet
 * (see touchPages()). The buffer is that of a
 * WebAssembly memory, which is a SharedArrayBuffer that starts on a page: a plain one starts on 16
 * bytes only, so that padding counted from its offset 0 would be a lie.
 */
export function createMemory(plan: Plan): Memory {
  const layout = layoutOf(plan);
  if (layout.wordCount > WORD_COUNT_MAX) {
    throw new AssertionError(
      `the plan needs ${layout.wordCount} words of shared memory; 2^30 is the most`,
    );
  }
  const pageCount = Math.max(1, Math.ceil((layout.wordCount * WORD_BYTES) / PAGE_BYTES));
  const shared = new WebAssembly.Memory({ initial: pageCount, maximum: pageCount, shared: true });
  const memory = viewsOf(shared, layout);
  stampHeader(plan, memory);
  return memory;
}

/** All zero but for the header: as it was born, and with every page of it touched. */
export function clearMemory(plan: Plan, memory: Memory): void {
  const { layout, blocks } = memory;
  for (const region of layout.regions) {
    blocks.fill(region.word * WORD_BYTES, 0, region.wordCount * WORD_BYTES);
  }
  stampHeader(plan, memory);
}

/**
 * Regions that are written before the gate by the coordinator, or the reader of a trace; they are
 * small, and touched by that. With metadata that goes for the spare area too, where its copies are.
 */
const PREPARED: ReadonlySet<string> = new Set([
  'control',
  'threads',
  'reservation bitmap',
  'payloads',
  'trace feed',
  'trace ring',
  'saved metadata',
]);

/**
 * Touches one of `partCount` equal parts of each region that nobody has written yet: every thread
 * takes one, all at the same time, before it arrives at the gate. The first touch of a page costs
 * as much as an operation; it is not the load's to pay.
 */
export function touchPages({ layout, blocks }: Memory, part: number, partCount: number): void {
  for (const { name, word, wordCount } of layout.regions) {
    if (PREPARED.has(name) || (name === 'spare area' && layout.hasMetadata)) continue;
    const from = word + Math.floor((wordCount * part) / partCount);
    const end = word + Math.floor((wordCount * (part + 1)) / partCount);
    blocks.fill(from * WORD_BYTES, 0, (end - from) * WORD_BYTES);
  }
}

function stampHeader(plan: Plan, { words, layout }: Memory): void {
  words[layout.control + Control.digest] = digestOf(plan);
  words[layout.control + Control.magic] = MAGIC;
}

/** Another thread's view of it; both sides compute the layout, and the digest proves they agree. */
export function attachMemory(plan: Plan, shared: WebAssembly.Memory): Memory {
  const memory = viewsOf(shared, layoutOf(plan));
  const { words, layout } = memory;
  if (
    words[layout.control + Control.magic] !== MAGIC ||
    words[layout.control + Control.digest] !== digestOf(plan)
  ) {
    throw new AssertionError('a thread was handed memory that was laid out for another plan');
  }
  return memory;
}

function viewsOf(shared: WebAssembly.Memory, layout: Layout): Memory {
  return {
    shared,
    layout,
    words: new Int32Array(shared.buffer),
    floats: new Float64Array(shared.buffer),
    blocks: blockOperationsOn(shared),
  };
}

/** FNV-1a over the plan's JSON text, 32 bits. */
function digestOf(plan: Plan): number {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(plan)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  }
  return hash | 0;
}
