/** Exit codes of the command line. docs/reference/exit-codes.md is made from this file. */
export const EXIT = {
  held: 0,
  thresholdFailed: 1,
  usage: 2,
  integrity: 3,
  broken: 4,
  interrupted: 130,
  terminated: 143,
} as const;

export type Exit = keyof typeof EXIT;

/** What each says: in a few words for `--help`, and in full with what to do, for the documents. */
export const EXIT_MEANINGS: {
  readonly [E in Exit]: {
    readonly brief: string;
    readonly meaning: string;
    readonly advice: string;
  };
} = {
  held: { brief: 'all held', meaning: 'all held', advice: '' },
  thresholdFailed: {
    brief: 'a threshold failed',
    meaning:
      'a threshold failed, the fault that `expect` names was not found, or `compare` found a regression',
    advice: 'read `THRESHOLDS` in the report, or the table of the comparison',
  },
  usage: {
    brief: 'usage or invalid scenario',
    meaning:
      'usage: unknown option, unreadable file, invalid scenario, a queue that cannot be used',
    advice: 'read the message; nothing was run',
  },
  integrity: {
    brief: 'integrity violation',
    meaning: 'integrity violation: a check is broken',
    advice: 'read `INTEGRITY` in the report',
  },
  broken: {
    brief: 'the run itself broke',
    meaning: 'the run broke: a thread died, the watchdog ended it, or the tool itself failed',
    advice: 'see [Read a broken run](../how-to/read-a-broken-run.md)',
  },
  interrupted: {
    brief: 'interrupted',
    meaning: 'interrupted by SIGINT',
    advice: 'the partial result is stored and marked',
  },
  terminated: {
    brief: 'interrupted',
    meaning: 'interrupted by SIGTERM',
    advice: 'the partial result is stored and marked',
  },
};

/** A broken run tells least, a violation most urgently; an interruption hides neither. */
export const SEVERITY: readonly number[] = [
  EXIT.held,
  EXIT.thresholdFailed,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.broken,
  EXIT.integrity,
];

/** The exit code of several runs together. */
export function worstExitCode(codes: readonly number[]): number {
  return codes.reduce(
    (worst, code) => (SEVERITY.indexOf(code) > SEVERITY.indexOf(worst) ? code : worst),
    EXIT.held as number,
  );
}

/** Where in a text something stands, 1-based as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a file the user gave us. */
export interface Problem {
  /** Path as the user typed it, or what stands for it: `--set load.threads=0`. */
  readonly file: string;
  readonly position: Position | null;
  /** A sentence: what was found, what is allowed. */
  readonly message: string;
  /** The offending line and how many columns from position.column to underline. */
  readonly excerpt: { readonly text: string; readonly width: number } | null;
  /** "did you mean …" or the list of what is known. */
  readonly hint: string | null;
}

/** The user's mistake: carries every problem found, never only the first. Exit code 2. */
export class ScenarioError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => problem.message).join('\n'));
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/** A mistake on the command line itself, in one sentence. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A broken invariant of ours. Exit code 4; the message goes to the user, the stack does not. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AssertionError';
  }
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
