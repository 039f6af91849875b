import { type Layout, SECTOR_WORDS } from '../../memory/layout.ts';
import type { Plan } from '../../scenario/plan.ts';

/** What a sector of the main device holds before anything was written: 1000 + its LBA. */
const FIRST_ON_MAIN = 1000;
/** And a spare: 2000 + its place. So whoever is led to a wrong sector reads what is not his. */
const FIRST_ON_SPARE = 2000;

/** Power cuts are judged from an empty device: a program with metadata begins on one. */
export function contentAtFirst(
  { metadata }: { readonly metadata: Pick<Plan['metadata'], 'format'> },
  lba: number,
): number {
  return metadata.format === 'none' ? FIRST_ON_MAIN + lba : 0;
}

/** Of a sector whose halves were not written by one and the same. */
export const TORN = -1;

/** What a sector, or a copy of one, holds: the same in every word. */
export function contentIn(words: Int32Array, first: number): number {
  const content = words[first] as number;
  return content === words[first + SECTOR_WORDS - 1] ? content : TORN;
}

/** No two sectors are alike. */
export function fillSectors(plan: Plan, words: Int32Array, layout: Layout): void {
  if (plan.metadata.format !== 'none') return;
  const { sectorCount, spare } = plan.device;
  for (let lba = 0; lba < sectorCount; lba++) {
    const first = layout.main + lba * SECTOR_WORDS;
    words.fill(contentAtFirst(plan, lba), first, first + SECTOR_WORDS);
  }
  for (let place = 0; place < spare.sectorCount; place++) {
    const first = layout.spare + place * SECTOR_WORDS;
    words.fill(FIRST_ON_SPARE + place, first, first + SECTOR_WORDS);
  }
}
