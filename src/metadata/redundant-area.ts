import { blockCountFor } from './redundant-block.ts';

/**
 * Where the blocks of the corrected metadata lie in the spare area.
 *
 * Copy c has its first eight blocks at its published position (0, 1024, 2048, 4096, 8192), where
 * eight sectors are reserved. Eight blocks speak for 952 spares. The blocks beyond that stand in an
 * extent of each copy at the end of the area, extents in the order of the copies:
 *
 *     … | extent of copy 0 | extent of copy 1 | … | extent of the last copy |
 */
export interface RedundantArea {
  readonly positions: readonly number[];
  readonly blockCount: number;
  /** Blocks of a copy at its position; the rest is in its extent. */
  readonly headCount: number;
  /** First sector of the extent of copy 0. */
  readonly extents: number;
}

const HEAD_SECTORS = 8;

export function redundantAreaOf(shape: {
  readonly positions: readonly number[];
  readonly spareCount: number;
  /** Spares that can be handed out are below. */
  readonly allocatableEnd: number;
}): RedundantArea {
  const { positions, spareCount, allocatableEnd } = shape;
  const blockCount = blockCountFor(allocatableEnd);
  const headCount = Math.min(HEAD_SECTORS, blockCount);
  const extents = spareCount - positions.length * (blockCount - headCount);
  return { positions, blockCount, headCount, extents };
}

/** The sector of a block, relative to the start of the area. */
export function sectorOf(area: RedundantArea, copy: number, block: number): number {
  if (block < area.headCount) return (area.positions[copy] as number) + block;
  const perExtent = area.blockCount - area.headCount;
  return area.extents + copy * perExtent + block - area.headCount;
}
