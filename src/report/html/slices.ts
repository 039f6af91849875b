import type { Details } from '../details-schema.ts';
import type { Result } from '../result-schema.ts';
import type { Zone } from './chart.ts';

/** Something per second, slice by slice, from totals at their ends. */
export function ratesOf(totals: readonly number[], { slices }: Details): number[] {
  return totals.map((total, slice) => {
    const ns = (slices.endNs[slice] as number) - (slices.startNs[slice] as number);
    return ((total - (totals[slice - 1] ?? 0)) * 1e9) / ns;
  });
}

/** Rows of a table of slices. */
const ROWS_MAX = 40;

/**
 * The slices of a table: where there are many, the last of each few. What is said of it then holds
 * from the end of the one before.
 */
export function tabledSlices({
  slices,
}: Details): { readonly slice: number; readonly before: number | null }[] {
  const count = slices.endNs.length;
  const step = Math.max(1, Math.ceil(count / ROWS_MAX));
  const ends = Array.from(
    { length: Math.ceil(count / step) },
    (_, index) => Math.min(count, (index + 1) * step) - 1,
  );
  return ends.map((slice, index) => ({ slice, before: ends[index - 1] ?? null }));
}

/** The warm-up, as far as there was one. */
export function warmupZones({ slices }: Details, { warmupNs }: Result): Zone[] {
  const endNs = slices.endNs.at(-1) ?? 0;
  return warmupNs === 0 ? [] : [{ from: 0, to: Math.min(warmupNs, endNs), name: 'warm-up' }];
}
