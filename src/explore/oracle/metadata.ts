import { tryPowerCuts } from '../../crash/index.ts';
import { loggedIn } from '../../device/write-log.ts';
import { type Layout, logEntryCountOf, Metadata, SECTOR_WORDS } from '../../memory/layout.ts';
import {
  HEADER_SECTORS,
  PublishedEntry,
  PublishedHeader,
  PublishedState,
} from '../../metadata/published-header.ts';
import type { Plan } from '../../scenario/plan.ts';
import type { Fault } from '../engine/fault.ts';

/**
 * What is wrong with the metadata when the last thread has come to its end. Corrected: power is cut
 * at every place of what just happened, and nothing that was acknowledged may be lost. As published
 * that would be found without any interleaving; there, what memory takes for saved must be on the
 * medium.
 *
 * Most interleavings of a program send the same commands to the medium, in one of a few orders:
 * each order is judged once.
 */
export class MetadataOracle {
  readonly #plan: Plan;
  readonly #layout: Layout;
  readonly #known = new Map<string, Fault | null>();

  constructor(plan: Plan, layout: Layout) {
    this.#plan = plan;
    this.#layout = layout;
  }

  faultIn(words: Int32Array): Fault | null {
    const { format } = this.#plan.metadata;
    if (format === 'none') return null;
    if (format === 'published') return unsavedFault(words, this.#layout);
    const key = this.#logKeyOf(words);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const [first] = tryPowerCuts(this.#plan, words, this.#layout)?.losses ?? [];
    const fault =
      first === undefined ? null : { kind: 'metadata lost' as const, text: `${first.text}.` };
    this.#known.set(key, fault);
    return fault;
  }

  #logKeyOf(words: Int32Array): string {
    const { entries } = loggedIn(words, this.#layout, logEntryCountOf(this.#plan));
    return entries
      .map(({ kind, thread, at, count, word, sectorCount }) => {
        const contents = words.subarray(word, word + sectorCount * SECTOR_WORDS);
        return `${kind} ${thread} ${at} ${count} ${contents.join()}`;
      })
      .join(';');
  }
}

/**
 * Compares fields and entries in memory with those on the medium once the state is clean. The
 * checksum is left out, which is never right, and what the end of the header overwrites.
 */
function unsavedFault(words: Int32Array, layout: Layout): Fault | null {
  const inMemory = layout.savedMetadata + Metadata.context;
  const onMedium = layout.spare;
  if (words[inMemory + PublishedHeader.state] !== PublishedState.clean) return null;
  const generation = PublishedHeader.generation;
  const [kept, saved] = [words[inMemory + generation], words[onMedium + generation]];
  const count = words[inMemory + PublishedHeader.count] as number;
  const entries = HEADER_SECTORS * SECTOR_WORDS;
  const end = entries + count * PublishedEntry.wordCount;
  let isSame = kept === saved && count === words[onMedium + PublishedHeader.count];
  for (let word = entries + PublishedHeader.overlaidWords; word < end; word++) {
    if (words[inMemory + word] !== words[onMedium + word]) isSame = false;
  }
  if (isSame) return null;
  const text =
    `The metadata is called clean, and the medium does not hold it: generation ${kept} in ` +
    `memory, ${saved} on the medium, or other entries.`;
  return { kind: 'metadata lost', text };
}
