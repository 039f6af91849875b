import { allocatableEndOf, type Layout, Metadata, SECTOR_WORDS } from '../memory/layout.ts';
import {
  PUBLISHED_MAGIC,
  PUBLISHED_VERSION,
  PublishedHeader,
} from '../metadata/published-header.ts';
import { type RedundantArea, redundantAreaOf, sectorOf } from '../metadata/redundant-area.ts';
import { Block, type BlockName, blockCountFor, emptyBlock } from '../metadata/redundant-block.ts';
import type { Plan } from '../scenario/plan.ts';
import { copyPositionsOf, reservedSparesOf } from './placement.ts';

type Area = { readonly [K in 'device' | 'metadata']: Plan[K] };

/**
 * Where the blocks of the plan's metadata lie: as many of the places of its placement as it has
 * copies. Programs that are explored have no placement; their copies stand side by side.
 */
export function metadataAreaOf(plan: Area): RedundantArea {
  const { sectorCount, placement } = plan.device.spare;
  const { copyCount } = plan.metadata;
  const allocatableEnd = allocatableEndOf(plan);
  const places = copyPositionsOf(placement, sectorCount).slice(0, copyCount);
  const blockCount = blockCountFor(allocatableEnd);
  const sideBySide = Array.from({ length: copyCount }, (_, copy) => copy * blockCount);
  return redundantAreaOf({
    positions: placement === 'none' ? sideBySide : places,
    spareCount: sectorCount,
    allocatableEnd,
  });
}

/** Which target it is: what its blocks have in common, and no other target's. */
export function identityOf(seed: number): number {
  return Math.imul((seed ^ Math.floor(seed / 2 ** 32)) | 0, 0x9e3779b1) ^ 0x4d455441;
}

/** The blocks as a target begins, by sector of the area. */
export function formattedSectors(plan: Area & Pick<Plan, 'seed'>): Map<number, Int32Array> {
  const area = metadataAreaOf(plan);
  return new Map(
    area.positions.flatMap((_, copy) =>
      Array.from({ length: area.blockCount }, (_, block) => {
        const name: BlockName = { identity: identityOf(plan.seed), copy, block };
        return [sectorOf(area, copy, block), emptyBlock(name)] as const;
      }),
    ),
  );
}

/**
 * Before the gate, by the coordinator. Corrected: the blocks on the medium and in memory. As
 * published the medium begins without any header.
 */
export function formatMetadata(plan: Plan, words: Int32Array, layout: Layout): void {
  if (plan.metadata.format === 'published') {
    const header = layout.savedMetadata + Metadata.context;
    words[header + PublishedHeader.magic] = PUBLISHED_MAGIC;
    words[header + PublishedHeader.version] = PUBLISHED_VERSION;
    return;
  }
  const area = metadataAreaOf(plan);
  const formatted = formattedSectors(plan);
  for (const [sector, content] of formatted) {
    const at = layout.spare + sector * SECTOR_WORDS;
    for (let word = 0; word < Block.wordCount; word++) words[at + word] = content[word] as number;
  }
  for (let block = 0; block < area.blockCount; block++) {
    const content = formatted.get(sectorOf(area, 0, block)) as Int32Array;
    const at = layout.savedMetadata + Metadata.context + block * SECTOR_WORDS;
    for (let word = 0; word < Block.wordCount; word++) words[at + word] = content[word] as number;
  }
}

/** One byte a spare of the whole area: 1 = reserved, by the placement or for an extent. */
export function reservedSectorsOf(plan: Area): Uint8Array {
  const reserved = reservedSparesOf(plan.device);
  if (plan.metadata.format !== 'redundant') return reserved;
  const area = metadataAreaOf(plan);
  for (let copy = 0; copy < area.positions.length; copy++) {
    for (let block = 0; block < area.blockCount; block++) reserved[sectorOf(area, copy, block)] = 1;
  }
  return reserved;
}
