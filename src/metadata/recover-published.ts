import type { MediumImage, Recovered, RecoveredEntry } from './medium-image.ts';
import {
  HEADER_SECTORS,
  PUBLISHED_ENTRIES_MOST,
  PUBLISHED_MAGIC,
  PUBLISHED_VERSION,
  PublishedEntry,
  PublishedHeader,
  publishedChecksum,
} from './published-header.ts';

const SECTOR_WORDS = 128;

/**
 * A restart as published: magic, version, count and checksum must be right, else the target begins
 * with no remap at all. Neither state nor generation is looked at. Restored entries set no bit in
 * the bitmap, so their spares will be handed out again; nothing is mended.
 *
 * @param isCorrected whether the checksum leaves its own field out: then it can be right
 */
export function recoverPublished(
  { reserved, isCorrected }: { readonly reserved: Uint8Array; readonly isCorrected: boolean },
  image: MediumImage,
): Recovered {
  const { problem, entries } = entriesIn(image, isCorrected);
  const said = problem === null ? `${entries.length} entries restored` : `clean start: ${problem}`;
  return { entries, marked: reserved, commands: [], describe: () => [said] };
}

function entriesIn(
  image: MediumImage,
  isCorrected: boolean,
): { readonly problem: string | null; readonly entries: readonly RecoveredEntry[] } {
  const header = image.read(0);
  const count = header[PublishedHeader.count] as number;
  if (header[PublishedHeader.magic] !== PUBLISHED_MAGIC) return nothing('no magic');
  if (header[PublishedHeader.version] !== PUBLISHED_VERSION) return nothing('wrong version');
  if (count < 0 || count > PUBLISHED_ENTRIES_MOST) return nothing(`a count of ${count}`);
  const array = new Int32Array(PUBLISHED_ENTRIES_MOST * PublishedEntry.wordCount + SECTOR_WORDS);
  const sectorCount = Math.ceil((count * PublishedEntry.wordCount) / SECTOR_WORDS);
  for (let sector = 0; sector < sectorCount; sector++) {
    array.set(image.read(HEADER_SECTORS + sector), sector * SECTOR_WORDS);
  }
  const { fieldCount, checksum } = PublishedHeader;
  const covered = new Int32Array(fieldCount + count * PublishedEntry.wordCount);
  covered.set(header.subarray(0, fieldCount));
  covered.set(array.subarray(0, count * PublishedEntry.wordCount), fieldCount);
  if (header[checksum] !== publishedChecksum(covered, count, isCorrected)) {
    return nothing('the checksum does not match');
  }
  const entries = Array.from({ length: count }, (_, index) => {
    const at = index * PublishedEntry.wordCount;
    return {
      lba: array[at + PublishedEntry.lba] as number,
      spare: array[at + PublishedEntry.spare] as number,
    };
  });
  return { problem: null, entries };
}

function nothing(problem: string) {
  return { problem, entries: [] };
}
