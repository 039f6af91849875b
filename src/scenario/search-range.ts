import { parseRate } from '../units.ts';
import type { SearchRange } from './plan.ts';

type Written = string | number;

export type RangeReading =
  | { readonly range: SearchRange; readonly problem: null }
  | { readonly range: null; readonly problem: { readonly key: 'from' | 'to'; message: string } };

const SHAPE = /^(\d+(?:\.\d+)?)(\S*)$/;

/**
 * The ends of a search and the unit between them: rates, or two numbers with the same suffix. A
 * value in between is written as they are, so that it can stand in a scenario in their place.
 */
export function readSearchRange(from: Written, to: Written): RangeReading {
  const [low, high] = [from, to].map(read) as [Read | null, Read | null];
  const failed = (key: 'from' | 'to', message: string): RangeReading => ({
    range: null,
    problem: { key, message },
  });
  const what = 'must be a number, with its unit if it has one, such as 4, 64k or 10k/s';
  if (low === null) return failed('from', what);
  if (high === null) return failed('to', what);
  if (low.unit !== high.unit) {
    return failed('to', `must be written in the unit of from (${String(from)}), as in 1k and 100k`);
  }
  if (low.value >= high.value) return failed('to', `must be above from (${String(from)})`);
  const range = {
    from: low.value,
    to: high.value,
    unit: low.unit,
    isWhole: Number.isInteger(low.value) && Number.isInteger(high.value),
  };
  return { range, problem: null };
}

interface Read {
  readonly value: number;
  readonly unit: string;
}

function read(written: Written): Read | null {
  const text = String(written).trim();
  // Events per second have no two meanings of k.
  if (/\/s$/.test(text) && !/B\/s$/.test(text)) {
    const rate = parseRate(text);
    return rate.ok ? { value: rate.value, unit: '/s' } : null;
  }
  const [, number, unit = ''] = SHAPE.exec(text) ?? [];
  return number === undefined ? null : { value: Number(number), unit };
}

/** A value of the range as it stands in a scenario. */
export function searchValueText(value: number, { unit }: Pick<SearchRange, 'unit'>): string {
  return `${value}${unit}`;
}
