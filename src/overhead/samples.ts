import { type Problem, ScenarioError } from '../errors.ts';

/**
 * Samples of an experiment: one time for each operation in each round. They are all that is judged,
 * so that ours and anybody else's are judged alike.
 */
export interface Series {
  /** The control path, or whatever else the operations have in common. */
  readonly path: string;
  readonly operation: string;
  readonly ns: readonly number[];
  /** Which round each was taken in; null when that is not known. */
  readonly rounds: readonly number[] | null;
}

/** The operation that does nothing, and that all others are held against. */
export const EMPTY = 'ping';
/** The same once more: no difference may be seen between the two. */
export const CONTROL = 'ping again';
/** A reading of the clock and the next, with nothing in between. */
export const FLOOR = 'floor';
/** The external command. */
export const REFERENCE = 'reference';
/** Not a control path: the steps of a remap, see STEPS. */
export const STEPS_PATH = 'steps';

const HEAD = 'path,operation,round,ns';

/** Adds samples up, series by series, in the order in which they first came. */
export class SampleBook {
  readonly #series = new Map<
    string,
    { path: string; operation: string; ns: number[]; rounds: number[] }
  >();

  add(path: string, operation: string, round: number, ns: number): void {
    const key = `${path} ${operation}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { path, operation, ns: [], rounds: [] };
      this.#series.set(key, series);
    }
    series.ns.push(ns);
    series.rounds.push(round);
  }

  get all(): readonly Series[] {
    return [...this.#series.values()];
  }
}

/** As a file that parseSamples() reads. */
export function samplesText(samples: readonly Series[]): string {
  const lines = [HEAD];
  for (const { path, operation, ns, rounds } of samples) {
    for (const [index, value] of ns.entries()) {
      lines.push(`${path},${operation},${rounds?.[index] ?? ''},${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Columns that hold the time, and ns in a unit of each. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
]);
const COLUMNS = ['path', 'operation', 'round', ...UNITS.keys()];
const PATH_UNNAMED = 'samples';
const NAME_LENGTH_MAX = 40;
const PROBLEMS_MOST = 20;

/**
 * Reads comma-separated samples. The first line names the columns: `operation`, one of `ns`, `us`,
 * `ms`, `s` for the time, and, if it is known, `path` and `round`. A line that begins with # is a
 * remark.
 *
 * @param file as the user knows it, for problems
 * @throws ScenarioError with the problems of all lines, up to twenty
 */
export function parseSamples(text: string, file: string): readonly Series[] {
  const problems: Problem[] = [];
  const complain = (line: number, message: string, excerpt: string, hint: string | null = null) => {
    problems.push({
      file,
      position: { line, column: 1 },
      message,
      excerpt: { text: excerpt, width: Math.max(1, excerpt.length) },
      hint,
    });
  };
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter(({ text: line }) => line.trim() !== '' && !line.startsWith('#'));
  const [head, ...body] = lines;
  if (head === undefined) {
    throw new ScenarioError([
      { file, position: null, message: 'holds no samples', excerpt: null, hint: EXAMPLE },
    ]);
  }
  const columns = head.text.split(',').map((column) => column.trim());
  const units = columns.filter((column) => UNITS.has(column));
  const unknown = columns.find((column) => !COLUMNS.includes(column));
  if (unknown !== undefined) {
    complain(head.number, `unknown column ${JSON.stringify(unknown)}`, head.text, EXAMPLE);
  } else if (new Set(columns).size < columns.length) {
    complain(head.number, 'a column is named twice', head.text, EXAMPLE);
  } else if (!columns.includes('operation') || units.length !== 1) {
    const message = 'the first line must name operation, and one of ns, us, ms, s';
    complain(head.number, message, head.text, EXAMPLE);
  }
  if (problems.length > 0) throw new ScenarioError(problems);

  const unit = units[0] as string;
  const hasRounds = columns.includes('round');
  const book = new SampleBook();
  const seen = new Set<string>();
  for (const { number, text: line } of body) {
    if (problems.length >= PROBLEMS_MOST) break;
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.length !== columns.length) {
      complain(number, `has ${cells.length} values, not ${columns.length}`, line);
      continue;
    }
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? '';
    const operation = cell('operation');
    const path = cell('path') || PATH_UNNAMED;
    const ns = Number(cell(unit)) * (UNITS.get(unit) as number);
    const round = Number(cell('round'));
    if (![operation, path].every(isName)) {
      complain(number, `a name must have 1 to ${NAME_LENGTH_MAX} visible characters`, line);
    } else if (cell(unit) === '' || !Number.isFinite(ns) || ns < 0) {
      const found = JSON.stringify(cell(unit));
      complain(number, `${unit} must be a number from 0, not ${found}`, line);
    } else if (hasRounds && (cell('round') === '' || !Number.isSafeInteger(round) || round < 0)) {
      const found = JSON.stringify(cell('round'));
      complain(number, `round must be a whole number from 0, not ${found}`, line);
    } else if (hasRounds && seen.has(`${path} ${operation} ${round}`)) {
      complain(number, `round ${round} has a second sample of ${operation}`, line);
    } else {
      seen.add(`${path} ${operation} ${round}`);
      book.add(path, operation, round, ns);
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return hasRounds ? book.all : book.all.map((series) => ({ ...series, rounds: null }));
}

const EXAMPLE = 'for instance "operation,us", and below it "ping,24215"';

function isName(text: string): boolean {
  return text !== '' && text.length <= NAME_LENGTH_MAX && !/[\p{Cc}\p{Cf}]/u.test(text);
}
