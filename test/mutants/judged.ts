/** What to hunt. */
export interface HuntOptions {
  /** Names of files below src/, without ending; empty for all. */
  readonly files: readonly string[];
  /** Beginnings of names of files that are hunted in full, whatever the share. */
  readonly whole: readonly string[];
  /** Of 1000 mutants of the other files, how many. */
  readonly share: number;
  readonly seed: number;
  /** Part of the name of a mutant; empty for all. */
  readonly only: string;
  /** Names of mutants; null for all. */
  readonly among: readonly string[] | null;
  /** Part of the name of a test; empty for all. */
  readonly killers: string;
  readonly verbose: boolean;
}

/** A mutant by what names it, and what became of it. */
export interface Judged {
  readonly file: string;
  readonly place: string;
  readonly operator: string;
  readonly from: string;
  readonly to: string;
  readonly nth: number;
  /** unreached: it survives, and no test comes by it. */
  readonly outcome: 'killed' | 'survived' | 'unreached';
  /** The test that failed. */
  readonly by: string;
  /** assertion, exception or step bound. */
  readonly how: string;
  readonly tests: number;
  readonly ms: number;
}
