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

/** Spares by LBA; null where it was never remapped. */
export type SparesOf = (lba: number) => ReadonlySet<number> | null;

/**
 * What is wrong with the metadata when the last thread has come to its end. Corrected: power is cut
 * at every place of what just happened, and nothing that was acknowledged may be lost. As published
 * that would be found without any interleaving; there, what memory takes for saved must be on the
 * medium, and what is saved of an LBA must be a remap that there was.
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

  /** @param sparesOf every spare that a remap of the LBA has led to so far */
  faultIn(words: Int32Array, sparesOf: SparesOf): Fault | null {
    const { format } = this.#plan.metadata;
    if (format === 'none') return null;
    if (format === 'published') {
      return unsavedFault(words, this.#layout) ?? wrongMappingFault(words, this.#layout, sparesOf);
    }
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

/**
 * A spare saved for an LBA that no remap ever led there. Of LBA 0 nothing is said: a slot that was
 * never used looks like a remap of it (S8).
 */
function wrongMappingFault(words: Int32Array, layout: Layout, sparesOf: SparesOf): Fault | null {
  const header = layout.savedMetadata + Metadata.context;
  if (words[header + PublishedHeader.state] !== PublishedState.clean) return null;
  const count = words[header + PublishedHeader.count] as number;
  for (let entry = 0; entry < count; entry++) {
    const at = header + HEADER_SECTORS * SECTOR_WORDS + entry * PublishedEntry.wordCount;
    const lba = words[at + PublishedEntry.lba] as number;
    const spare = words[at + PublishedEntry.spare] as number;
    if (lba === 0 || sparesOf(lba)?.has(spare) !== false) continue;
    const text = `The metadata says that LBA ${lba} is on spare ${spare}, where no remap put it.`;
    return { kind: 'wrong mapping saved', text };
  }
  return null;
}
