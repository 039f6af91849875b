import { type Layout, SECTOR_WORDS } from '../../memory/layout.ts';

/** What a sector of the main device holds before anything was written: 1000 + its LBA. */
const FIRST_ON_MAIN = 1000;
/** And a spare: 2000 + its place. So whoever is led to a wrong sector reads what is not his. */
const FIRST_ON_SPARE = 2000;

export function contentAtFirst(lba: number): number {
  return FIRST_ON_MAIN + lba;
}

/** No two sectors are alike; only the first word of each is looked at. */
export function fillSectors(
  words: Int32Array,
  layout: Layout,
  count: { readonly lbas: number; readonly spares: number },
): void {
  for (let lba = 0; lba < count.lbas; lba++) {
    words[layout.main + lba * SECTOR_WORDS] = contentAtFirst(lba);
  }
  for (let spare = 0; spare < count.spares; spare++) {
    words[layout.spare + spare * SECTOR_WORDS] = FIRST_ON_SPARE + spare;
  }
}
