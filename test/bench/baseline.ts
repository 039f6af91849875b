import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { MeasuredRatio } from './bench.ts';

const shape = z.strictObject({
  /** Least value of a ratio, by its id. */
  ratios: z.record(z.string(), z.number().positive()),
});

export type Baseline = z.infer<typeof shape>;

/** @throws Error with a sentence when there is no such file, or it is no baseline */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`${file}: there is no such file, or it cannot be read`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new Error(`${file}: this is no JSON`);
  }
  const parsed = shape.safeParse(document);
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Ratios below their bound, and bounds of ratios that were not measured. */
export function shortfalls(
  baseline: Baseline,
  best: ReadonlyMap<string, number>,
): { id: string; bound: number; value: number | null }[] {
  return Object.entries(baseline.ratios)
    .map(([id, bound]) => ({ id, bound, value: best.get(id) ?? null }))
    .filter(({ bound, value }) => value === null || value < bound);
}

/** Keeps the best value of each ratio over several tries. */
export function keepBest(best: Map<string, number>, ratios: readonly MeasuredRatio[]): void {
  for (const { ratio, value } of ratios) {
    best.set(ratio.id, Math.max(value, best.get(ratio.id) ?? Number.NEGATIVE_INFINITY));
  }
}
