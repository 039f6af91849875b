/** What one program does in one row of the table; returns its figure for one round. */
export type Subject = () => number;

/** One thing that is measured, by one or more programs in turn. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** What a figure is divided by before it is shown. */
  readonly scale: number;
  /** Part of the quick form. */
  readonly isQuick: boolean;
  readonly subjects: Readonly<Record<string, Subject>>;
}

/** A figure by row and subject: a median, or one round's; NaN if it was not measured. */
export type Figures = (row: string, subject: string) => number;

/** A comparison that has a bar: reached from 1 on up if `bar` is null, else from the bar on up. */
export interface Ratio {
  readonly id: string;
  readonly title: string;
  /** Rows that must have been measured. */
  readonly rows: readonly string[];
  readonly bar: number;
  readonly of: (figures: Figures) => number;
}
