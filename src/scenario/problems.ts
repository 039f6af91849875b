import { type Problem, ScenarioError } from '../errors.ts';
import { lineAt, type Origin, positionOf } from './source.ts';

/** More than anybody reads; a hostile file could otherwise yield a million. */
const PROBLEMS_MAX = 100;
const SHOWN_MAX = 60;

/** A problem at a stretch of text, underlined as far as its first line goes. */
export function problemAt(origin: Origin, message: string, hint: string | null = null): Problem {
  const start = Math.max(0, Math.min(origin.start, origin.source.text.length));
  const position = positionOf(origin.source, start);
  const text = lineAt(origin.source, start);
  const widthOnLine = text.length - (position.column - 1);
  const width = Math.max(1, Math.min(origin.end - start, widthOnLine));
  return { file: origin.source.file, position, message, excerpt: { text, width }, hint };
}

/**
 * The error that carries the problems: each once, the main file's first and then in the order of
 * lines, and no more of them than a reader can use.
 */
export function scenarioError(problems: readonly Problem[], mainFile: string): ScenarioError {
  const sorted = inOrder(withoutDoubles(problems), mainFile);
  const shown = sorted.slice(0, PROBLEMS_MAX);
  const next = sorted[PROBLEMS_MAX];
  if (next !== undefined) {
    const message = `and ${sorted.length - PROBLEMS_MAX} more problems from here on, not listed`;
    shown.push({ ...next, message, hint: null });
  }
  return new ScenarioError(shown);
}

/** A value as a message quotes it: text in quotes and cut to a length fit to read. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}…` : value);
}

function withoutDoubles(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const { line, column } = problem.position ?? { line: 0, column: 0 };
    const identity = JSON.stringify([problem.file, line, column, problem.message]);
    if (!seen.has(identity)) seen.set(identity, problem);
  }
  return [...seen.values()];
}

function inOrder(problems: readonly Problem[], mainFile: string): Problem[] {
  const files = [...new Set([mainFile, ...problems.map((problem) => problem.file)])];
  const rank = new Map(files.map((file, index) => [file, index]));
  return [...problems].sort(
    (a, b) =>
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
}
