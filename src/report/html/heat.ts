import { lowestOfRow } from '../../record/latency-row.ts';
import type { Heat } from '../details.ts';

export interface SliceLatencies {
  readonly count: number;
  /** As fine as a row, which is 6 to 12 % high. null where there are too few to speak of. */
  readonly p50Ns: number | null;
  readonly p99Ns: number | null;
}

const P50_COUNT_MIN = 2;
const P99_COUNT_MIN = 100;

export function latenciesOf(heat: Heat, slice: number): SliceLatencies {
  const column = heat.counts.subarray(slice * heat.rowCount, (slice + 1) * heat.rowCount);
  const count = column.reduce((sum, one) => sum + one, 0);
  const at = (fraction: number, countMin: number): number | null => {
    if (count < countMin) return null;
    const rank = Math.max(1, Math.floor(fraction * count + 0.5));
    let cumulated = 0;
    const row = column.findIndex((one) => {
      cumulated += one;
      return cumulated >= rank;
    });
    // The middle of its row, on the logarithmic axis.
    const lowest = Math.max(1, lowestOfRow(heat.lowestRow + row));
    return Math.sqrt(lowest * lowestOfRow(heat.lowestRow + row + 1));
  };
  return { count, p50Ns: at(0.5, P50_COUNT_MIN), p99Ns: at(0.99, P99_COUNT_MIN) };
}
