/** Exit codes of the command line; see docs/reference for the full table. */
export const EXIT = {
  held: 0,
  thresholdFailed: 1,
  usage: 2,
  integrity: 3,
  broken: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** A broken run tells least, a violation most urgently; an interruption hides neither. */
const SEVERITY: readonly number[] = [
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
