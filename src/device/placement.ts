import type { DevicePlan, Placement } from '../scenario/plan.ts';

/** A metadata copy takes 8 sectors (4 KiB). */
const COPY_SECTORS = 8;

const MINIMAL_COPIES = 5;
const FIXED_POSITIONS = [0, 1024, 2048, 4096, 8192] as const;

/** Below this the constructor of dm-remap only warns, and nothing is reserved. */
const SMALLEST_RESERVED_AREA = 72;
const SMALLEST_LINEAR_AREA = 1024;
const SMALLEST_GEOMETRIC_AREA = 8192;

/**
 * Positions of the metadata copies in a spare area, relative to its start.
 *
 * v4-dynamic is dm-remap at ef0af9b: none below 72 sectors; then MINIMAL, five copies side by side;
 * from 1024 LINEAR, four copies a quarter apart; from 8192 GEOMETRIC, those of the five fixed
 * places that fit. v4-fixed is fe4b6b9: the five places, and no area below 16384 sectors.
 */
export function copyPositionsOf(placement: Placement, spareCount: number): readonly number[] {
  if (placement === 'none') return [];
  if (placement === 'v4-fixed') return FIXED_POSITIONS;
  if (spareCount < SMALLEST_RESERVED_AREA) return [];
  if (spareCount < SMALLEST_LINEAR_AREA) {
    // As many as there is room for, and five at most: the smallest area has room for nine.
    return Array.from({ length: MINIMAL_COPIES }, (_, copy) => copy * COPY_SECTORS);
  }
  if (spareCount < SMALLEST_GEOMETRIC_AREA) {
    const quarter = Math.floor(spareCount / 4);
    return [0, quarter, 2 * quarter, 3 * quarter];
  }
  return FIXED_POSITIONS.filter((position) => position + COPY_SECTORS <= spareCount);
}

/** One byte a spare of the whole area: 1 = reserved for metadata. */
export function reservedSparesOf(device: DevicePlan): Uint8Array {
  const { sectorCount, placement } = device.spare;
  const reserved = new Uint8Array(sectorCount);
  for (const position of copyPositionsOf(placement, sectorCount)) {
    reserved.fill(1, position, position + COPY_SECTORS);
  }
  return reserved;
}
