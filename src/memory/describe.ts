import type { Plan } from '../scenario/plan.ts';
import { bytesOf, type Layout, type Purpose, type Region, WORD_BYTES } from './layout.ts';

/** One line of the printed memory map. */
export interface DescribedRegion {
  readonly name: string;
  readonly purpose: Purpose;
  readonly offsetBytes: number;
  readonly bytes: number;
  readonly strideBytes: number;
  readonly writer: string;
  readonly reader: string;
  readonly guard: string;
}

export interface DescribedLayout {
  readonly regions: readonly DescribedRegion[];
  readonly bytes: { readonly [P in Purpose | 'total']: number };
  /** What the checks add to each sector of the main device. */
  readonly auditBytesPerSector: number;
}

/** The memory map of a plan, in bytes; regions that the plan does not need are left out. */
export function describeLayout(plan: Plan, layout: Layout): DescribedLayout {
  const regions = layout.regions.filter((region) => region.wordCount > 0).map(describeRegion);
  const audit = layout.regions.filter(({ name }) => name === 'audit' || name === 'main latches');
  const auditWords = audit.reduce((sum, region) => sum + region.wordCount, 0);
  return {
    regions,
    bytes: {
      allocator: bytesOf(layout, 'allocator'),
      table: bytesOf(layout, 'table'),
      device: bytesOf(layout, 'device'),
      instrument: bytesOf(layout, 'instrument'),
      total: layout.wordCount * WORD_BYTES,
    },
    auditBytesPerSector: (auditWords * WORD_BYTES) / plan.device.sectorCount,
  };
}

function describeRegion(region: Region): DescribedRegion {
  return {
    name: region.name,
    purpose: region.purpose,
    offsetBytes: region.word * WORD_BYTES,
    bytes: region.wordCount * WORD_BYTES,
    strideBytes: region.strideWords * WORD_BYTES,
    writer: region.writer,
    reader: region.reader,
    guard: region.guard,
  };
}
