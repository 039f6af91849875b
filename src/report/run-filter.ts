import { UsageError } from '../errors.ts';
import type { Outcome } from './result-schema.ts';

/** Which runs are wanted; everything that is left out is not asked. */
export interface RunFilter {
  /** A part of the scenario's name, or of its folder's; case does not matter. */
  readonly name?: string | undefined;
  readonly outcome?: readonly Outcome[] | undefined;
  /** Started at this moment or later, in ms since 1970. */
  readonly sinceMs?: number | undefined;
  /** The newest so many of what fits the others. */
  readonly last?: number | undefined;
}

/** What a filter looks at. */
export interface Filterable {
  readonly name: string;
  readonly folder: string;
  readonly startedAt: string;
  readonly outcome: Outcome;
}

export function filtered<T>(
  runs: readonly T[],
  { name, outcome, sinceMs, last }: RunFilter,
  factsOf: (run: T) => Filterable,
): T[] {
  const part = name?.toLowerCase();
  const fitting = runs.filter((run) => {
    const facts = factsOf(run);
    if (part !== undefined && !`${facts.name}\n${facts.folder}`.toLowerCase().includes(part)) {
      return false;
    }
    if (outcome !== undefined && outcome.length > 0 && !outcome.includes(facts.outcome)) {
      return false;
    }
    return sinceMs === undefined || Date.parse(facts.startedAt) >= sinceMs;
  });
  return last === undefined ? fitting : fitting.slice(Math.max(0, fitting.length - last));
}

/**
 * A moment: a date, a date with a time (of UTC), or how long ago: `2026-11-20`, `36h`, `7d`.
 *
 * @throws UsageError when it is none of them
 */
export function momentOf(text: string, nowMs: number): number {
  const ago = /^(\d{1,5})([mhdw])$/.exec(text);
  if (ago !== null) {
    const unitMs = { m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 }[
      ago[2] as 'm' | 'h' | 'd' | 'w'
    ];
    return nowMs - Number(ago[1]) * unitMs;
  }
  const isDate = /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/.test(text);
  const moment = isDate ? Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text) : Number.NaN;
  if (Number.isFinite(moment)) return moment;
  throw new UsageError(`--since takes a date such as 2026-11-20, or how long ago: 36h, 7d`);
}
