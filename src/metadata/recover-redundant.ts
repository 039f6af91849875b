import type { MediumImage, Recovered, RecoveredEntry, RecoveryCommand } from './medium-image.ts';
import { type RedundantArea, sectorOf } from './redundant-area.ts';
import {
  asCopy,
  Block,
  type BlockFault,
  ENTRIES_PER_BLOCK,
  isLater,
  readBlock,
  type ValidBlock,
} from './redundant-block.ts';

export interface RecoveryTarget {
  readonly identity: number;
  readonly area: RedundantArea;
  /** One byte a spare of the whole area: 1 = holds metadata. */
  readonly reserved: Uint8Array;
  /** Blocks to look at: those that were ever written. The others are known to be empty. */
  readonly blocks: readonly number[];
}

/**
 * A restart with the corrected metadata. Of each block: drop the copies that are not valid, take
 * the latest of the others, write it over all that differ; a good copy is never written, so a crash
 * meanwhile leaves what there was, and the next restart comes to the same. A flush at the end:
 * until then the copies need not agree on the medium.
 *
 * The bitmap is built anew: metadata, and every spare that serves an LBA. Of a block without any
 * valid copy nothing is known, so none of its spares is handed out again; it is left as it is.
 */
export function recoverRedundant(target: RecoveryTarget, image: MediumImage): Recovered {
  const { reserved } = target;
  const entries: RecoveredEntry[] = [];
  const commands: RecoveryCommand[] = [];
  const marked = reserved.slice();
  for (const block of target.blocks) {
    const found = copiesOf(target, image, block);
    const first = block * ENTRIES_PER_BLOCK;
    const best = latestOf(found);
    if (best < 0) {
      marked.fill(1, first, first + ENTRIES_PER_BLOCK);
      continue;
    }
    for (const { offset, lba } of usedIn(found[best] as ValidBlock)) {
      entries.push({ spare: first + offset, lba });
      marked[first + offset] = 1;
    }
    repair(target, image, block, best, found, commands);
  }
  if (commands.length > 0) commands.push({ kind: 'flush' });
  return { entries, marked, commands, describe: () => describeCopies(target, image) };
}

type Found = ValidBlock | BlockFault;

function copiesOf({ identity, area }: RecoveryTarget, image: MediumImage, block: number): Found[] {
  return area.positions.map((_, copy) => {
    const found = readOnce(image.read(sectorOf(area, copy, block)), identity);
    if (typeof found === 'string') return found;
    return found.copy === copy && found.block === block ? found.valid : 'astray';
  });
}

/** −1 when no copy is valid. */
function latestOf(found: readonly Found[]): number {
  let best = -1;
  let latest = 0;
  for (const [copy, block] of found.entries()) {
    if (typeof block === 'string') continue;
    if (best >= 0 && !isLater(block.sequence, latest)) continue;
    best = copy;
    latest = block.sequence;
  }
  return best;
}

function repair(
  { area }: RecoveryTarget,
  image: MediumImage,
  block: number,
  best: number,
  found: readonly Found[],
  commands: RecoveryCommand[],
): void {
  const { digest } = found[best] as ValidBlock;
  for (const [copy, other] of found.entries()) {
    if (typeof other !== 'string' && other.digest === digest) continue;
    const words = asCopy(image.read(sectorOf(area, best, block)), copy);
    commands.push({ kind: 'write', sector: sectorOf(area, copy, block), words });
  }
}

function describeCopies(target: RecoveryTarget, image: MediumImage): string[] {
  const lines: string[] = [];
  for (const block of target.blocks) {
    const said = copiesOf(target, image, block).map((found) =>
      typeof found === 'string' ? found : `sequence ${found.sequence >>> 0}`,
    );
    // Where all copies say the same, there is nothing to tell.
    if (new Set(said).size > 1 || said.some((text) => !text.startsWith('sequence'))) {
      lines.push(`block ${block}: ${said.map((text, copy) => `copy ${copy} ${text}`).join(', ')}`);
    }
  }
  return lines;
}

interface Read {
  readonly copy: number;
  readonly block: number;
  readonly valid: ValidBlock;
}

/** Thousands of images hold the same sectors; what one says is worked out once. */
const readBefore = new WeakMap<Int32Array, Read | BlockFault>();

function readOnce(words: Int32Array, identity: number): Read | BlockFault {
  const known = readBefore.get(words);
  if (known !== undefined) return known;
  const copy = words[Block.copy] as number;
  const block = words[Block.block] as number;
  const valid = readBlock(words, { identity, copy, block });
  const read = typeof valid === 'string' ? valid : { copy, block, valid };
  readBefore.set(words, read);
  return read;
}

const usedBefore = new WeakMap<ValidBlock, readonly { offset: number; lba: number }[]>();

function usedIn(block: ValidBlock): readonly { offset: number; lba: number }[] {
  const known = usedBefore.get(block);
  if (known !== undefined) return known;
  const used: { offset: number; lba: number }[] = [];
  for (const [offset, entry] of block.entries.entries()) {
    if (entry !== 0) used.push({ offset, lba: entry - 1 });
  }
  usedBefore.set(block, used);
  return used;
}
