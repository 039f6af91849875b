import { CommandFailed } from './command.ts';
import { OthersMeter } from './machine.ts';
import type { Figures, Ratio, Row } from './row.ts';
import { type Spread, spreadOf } from './statistics.ts';

/** Figures by row and subject, one a round; NaN for a round in which it could not be measured. */
export type Values = Map<Row, Map<string, number[]>>;

export interface MeasuredRatio extends Spread {
  readonly ratio: Ratio;
  /** Of the medians; min and max are those of the rounds. */
  readonly value: number;
  readonly isReached: boolean;
}

export interface Measured {
  readonly values: Values;
  /** Share of the machine that others used; null where that cannot be known. */
  readonly othersShare: number | null;
  readonly failures: readonly string[];
}

/**
 * All rows, round by round, and within a row one program after the other: what drifts, drifts for
 * all of them. Every second round goes backwards through programs, so that none always follows the
 * same one. (Not through rows: some read what the one before them measured.)
 */
export function measure(
  rows: readonly Row[],
  rounds: number,
  log: (line: string) => void,
): Measured {
  const values: Values = new Map(rows.map((row) => [row, new Map<string, number[]>()]));
  const failures = new Set<string>();
  const others = new OthersMeter();
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const subjects = Object.entries(row.subjects);
      if (round % 2 === 1) subjects.reverse();
      for (const [name, subject] of subjects) {
        const figures = values.get(row) as Map<string, number[]>;
        try {
          figures.set(name, [...(figures.get(name) ?? []), subject()]);
        } catch (error) {
          if (!(error instanceof CommandFailed)) throw error;
          failures.add(`${row.id}, ${name}: ${error.message}`);
        }
      }
      log(`round ${round + 1} of ${rounds}: ${row.title}`);
    }
  }
  return { values, othersShare: others.share(), failures: [...failures] };
}

/** Ratios whose rows and subjects were measured. */
export function ratiosOf(values: Values, ratios: readonly Ratio[]): MeasuredRatio[] {
  const byId = new Map([...values].map(([row, figures]) => [row.id, figures]));
  const medians: Figures = (row, subject) => {
    const measured = byId.get(row)?.get(subject) ?? [];
    return measured.length === 0 ? Number.NaN : spreadOf(measured).median;
  };
  return ratios.flatMap((ratio) => {
    const value = ratio.of(medians);
    if (!Number.isFinite(value)) return [];
    const counts = ratio.rows.flatMap((id) =>
      [...(byId.get(id)?.values() ?? [])].map((measured) => measured.length),
    );
    const rounds = Array.from({ length: Math.min(...counts) }, (_, round) =>
      ratio.of((row, subject) => byId.get(row)?.get(subject)?.[round] ?? Number.NaN),
    );
    return [{ ratio, value, ...spreadOf(rounds), isReached: value >= ratio.bar }];
  });
}
