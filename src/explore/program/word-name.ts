import { Allocator, type Layout, LockWord, STRIDE, Table } from '../../memory/layout.ts';

/** `allocator count`, `reservation bitmap[0]`: a word of the device's memory, for people. */
export function wordNameIn(layout: Layout, word: number): string {
  const region = layout.regions.find(
    ({ word: first, wordCount }) => word >= first && word < first + wordCount,
  );
  if (region === undefined) return `word ${word}`;
  const offset = word - region.word;
  const field = fieldOf(region.name, offset);
  if (field !== null) return `${region.name} ${field}`;
  if (region.strideWords > 1) {
    const within = offset % region.strideWords;
    const name = `${region.name}[${Math.floor(offset / region.strideWords)}]`;
    return within === 0 ? name : `${name}+${within}`;
  }
  return region.wordCount === 1 ? region.name : `${region.name}[${offset}]`;
}

function fieldOf(region: string, offset: number): string | null {
  if (region === 'allocator') {
    if (offset >= Allocator.slots) return `ring[${offset - Allocator.slots}]`;
    return nameIn(Allocator, offset);
  }
  if (region === 'remap table') return nameIn(Table, offset);
  if (region !== 'allocation lock' && region !== 'target lock') return null;
  if (offset === LockWord.word) return 'word';
  // A lock has either a second word or a line for each thread, at the same place.
  const line = Math.floor((offset - LockWord.nodes) / STRIDE);
  if (offset === LockWord.serving) return 'serving';
  return `node[${line}]${offset % STRIDE === 0 ? '.locked' : '.next'}`;
}

function nameIn(fields: Readonly<Record<string, number>>, offset: number): string | null {
  return Object.entries(fields).find(([, place]) => place === offset)?.[0] ?? null;
}
