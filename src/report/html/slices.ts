import { z } from 'zod';
import { parseTime } from '../../units.ts';
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

/** The warm-up, as far as there was one, and the times in which the device was to stand still. */
export function timeZones({ slices }: Details, { warmupNs, scenario }: Result): Zone[] {
  const endNs = slices.endNs.at(-1) ?? 0;
  const warmup = !(warmupNs > 0) ? [] : [{ from: 0, to: warmupNs, name: 'warm-up' }];
  return [...warmup, ...stallsIn(scenario, endNs)].map((zone) => ({
    ...zone,
    to: Math.min(zone.to, endNs),
  }));
}

const scenarioStalls = z.object({
  device: z.object({
    stalls: z.array(z.object({ at: z.string(), for: z.string(), every: z.string().nullish() })),
  }),
});

/** More would be a grey chart. */
const STALLS_MAX = 40;

/** As the scenario plans them, from the opening of the gate. */
function stallsIn(scenario: Result['scenario'], endNs: number): Zone[] {
  const parsed = scenarioStalls.safeParse(scenario);
  if (!parsed.success) return [];
  const zones: Zone[] = [];
  for (const stall of parsed.data.device.stalls) {
    const [at, length, every] = [stall.at, stall.for, stall.every ?? ''].map((text) => {
      const reading = parseTime(text);
      return reading.ok ? reading.value : null;
    });
    if (typeof at !== 'number' || typeof length !== 'number') continue;
    for (let from = at; from < endNs; from += every || endNs) {
      zones.push({ from, to: from + length, name: 'device stalled' });
      if (zones.length > STALLS_MAX) return [];
    }
  }
  return zones;
}
