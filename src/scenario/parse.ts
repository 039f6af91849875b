import { isAbsolute, join, resolve } from 'node:path';
import { type Problem, ScenarioError } from '../errors.ts';
import { complete, escaped, type ResolvedScenario } from './complete.ts';
import type { Variables } from './environment.ts';
import { loadTree } from './extends.ts';
import { type Axis, type Cell, cellText, readMatrix, treeOfCell } from './matrix.ts';
import { type MemoryLimit, memoryRefusal } from './memory-limit.ts';
import { type Plan, type ServiceTable, SOLE_JOB, type Threshold } from './plan.ts';
import { problemAt, scenarioError } from './problems.ts';
import { readScenarioFile } from './read.ts';
import { type Breach, RULES, type Rule } from './rules.ts';
import { THRESHOLD_COUNT_MAX, type ValidScenario } from './schema.ts';
import { serviceTableOf } from './service-table.ts';
import { applySets } from './set.ts';
import type { Origin } from './source.ts';
import { parseThreshold } from './thresholds.ts';
import { toPlan } from './to-plan.ts';
import {
  type MapNode,
  nodeAt,
  originAt,
  originWithin,
  type Path,
  plain,
  type Tree,
  without,
} from './tree.ts';
import { validate } from './validate.ts';

export interface ParseOptions {
  /** Path of the text as the user typed it; relative paths in the text start from its folder. */
  readonly file: string;
  /** `path=value` texts of --set, in order. */
  readonly sets?: readonly string[] | undefined;
  /** Variables for `${env:…}`; none unless given. */
  readonly env?: Variables | undefined;
  /** Reads the files that scenarios extend; throws for one that cannot be read. */
  readonly readFile?: ((path: string) => string) | undefined;
  readonly memoryLimit?: MemoryLimit | undefined;
  /** Bytes of memory that a plan takes; compared with the limit. */
  readonly memoryNeeded?: ((plan: Plan) => number) | undefined;
}

export interface ParsedScenario {
  readonly plan: Plan;
  /** In the format of the file, complete: written as YAML it parses to the same plan. */
  readonly scenario: ResolvedScenario;
  /** The `file` of the options. */
  readonly sourceFile: string;
}

/**
 * A scenario's text to its plan. Throws ScenarioError with every problem found, each at its place
 * in the text that it comes from; no text makes it throw anything else.
 */
export function parseScenario(text: string, options: ParseOptions): ParsedScenario {
  const { tree, matrix, problems } = treeWith(text, options);
  if (matrix !== null && !isEmpty(matrix.node)) {
    throw scenarioError([...problems, ...matrixProblems(matrix, options.file)], options.file);
  }
  const parsed = parseTree(tree, options, problems);
  if (parsed.parsed === null) throw scenarioError(parsed.problems, options.file);
  return parsed.parsed;
}

export interface ParsedCell extends ParsedScenario {
  readonly cell: Cell;
}

/** A scenario with all cells of its matrix, each of them a scenario of its own. */
export interface ParsedSweep {
  readonly name: string;
  readonly sourceFile: string;
  readonly axes: readonly Axis[];
  readonly cells: readonly ParsedCell[];
  readonly seeds: readonly number[];
  readonly repeats: number;
}

/**
 * The same of a scenario with a matrix; without one it is a sweep of one cell. What is wrong with
 * some cells and not with all of them is reported with one that it is wrong with.
 */
export function parseSweep(text: string, options: ParseOptions): ParsedSweep {
  const { file } = options;
  const { tree, matrix: entry, problems } = treeWith(text, options);
  const nothing = { axes: [], cells: [[]], seeds: null, repeats: 1 };
  const reading = entry === null ? { matrix: nothing, problems: [] } : readMatrix(entry.node);
  if (reading.problems.length > 0) throw scenarioError([...problems, ...reading.problems], file);
  const { axes, cells, seeds, repeats } = reading.matrix;
  const found = new Map<string, CellProblem>();
  const parsed: ParsedCell[] = [];
  for (const cell of cells) {
    const one = parseTree(treeOfCell(tree, cell), options, problems);
    for (const problem of one.problems) noteProblem(found, problem, cell);
    if (one.parsed !== null) parsed.push({ ...one.parsed, cell });
    if (found.size > CELL_PROBLEMS_MAX) break;
  }
  if (found.size > 0) {
    throw scenarioError(
      [...found.values()].map((problem) => inItsCells(problem, cells.length)),
      file,
    );
  }
  const [first] = parsed as [ParsedCell];
  return {
    name: first.plan.name,
    sourceFile: file,
    axes,
    cells: parsed,
    seeds: seeds ?? [first.plan.seed],
    repeats,
  };
}

/** More different problems than anybody reads; ten thousand cells could have a million. */
const CELL_PROBLEMS_MAX = 100;

interface CellProblem {
  readonly problem: Problem;
  readonly cell: Cell;
  count: number;
}

function noteProblem(found: Map<string, CellProblem>, problem: Problem, cell: Cell): void {
  const identity = JSON.stringify([problem.file, problem.position, problem.message]);
  const known = found.get(identity);
  if (known === undefined) found.set(identity, { problem, cell, count: 1 });
  else known.count++;
}

function inItsCells({ problem, cell, count }: CellProblem, cellCount: number): Problem {
  if (count === cellCount || cell.length === 0) return problem;
  const others = count === 1 ? '' : ` and ${count - 1} more`;
  const place = `in the cell ${cellText(cell)}${others}`;
  return { ...problem, hint: problem.hint === null ? place : `${problem.hint}; ${place}` };
}

/** A whole text as a tree, its matrix apart. */
interface WholeTree {
  readonly tree: MapNode;
  readonly matrix: { readonly key: Origin; readonly node: Tree } | null;
  readonly problems: readonly Problem[];
}

function treeWith(text: string, options: ParseOptions): WholeTree {
  const { file, sets = [], env = {}, readFile = readScenarioFile } = options;
  const loaded = loadTree(text, file, { variables: env, readFile });
  if (loaded.tree === null) throw scenarioError([...loaded.problems], file);
  const { tree, problems } = applySets(loaded.tree, sets, env);
  const matrix = tree.entries.get('matrix') ?? null;
  return {
    tree: matrix === null ? tree : (without(tree, ['matrix']) as MapNode),
    matrix,
    problems: [...loaded.problems, ...problems],
  };
}

function isEmpty(node: Tree): boolean {
  return node.kind === 'map' ? node.entries.size === 0 : plain(node) === null;
}

/** Why a matrix cannot be run as one scenario: what is wrong with it, or that it has cells. */
function matrixProblems({ key, node }: { key: Origin; node: Tree }, file: string): Problem[] {
  const { matrix, problems } = readMatrix(node);
  if (problems.length > 0) return [...problems];
  const { length } = matrix.cells;
  const message = `matrix has ${length === 1 ? '1 cell' : `${length} cells`}, and this takes one scenario`;
  const hint = `sparestorm sweep ${file} runs every cell; --set matrix={} leaves the matrix out`;
  return [problemAt(key, message, hint)];
}

type ReadTree =
  | { readonly parsed: ParsedScenario; readonly problems: readonly [] }
  | { readonly parsed: null; readonly problems: readonly Problem[] };

function parseTree(tree: MapNode, options: ParseOptions, known: readonly Problem[]): ReadTree {
  const problems = [...known];
  const validation = validate(tree);
  const thresholds = readThresholds(tree);
  problems.push(...validation.problems, ...thresholds.problems);
  if (validation.scenario === null) return { parsed: null, problems };

  const scenario = complete(validation.scenario, tree);
  const latencies = readLatencies(
    validation.scenario.device,
    tree,
    options.readFile ?? readScenarioFile,
  );
  problems.push(...latencies.problems);
  const plan = toPlan(scenario, thresholds.thresholds, latencies.table);
  problems.push(...brokenRules(plan, tree, validation.suspects));
  if (problems.length === 0) problems.push(...memoryProblems(plan, tree, options));
  if (problems.length > 0) return { parsed: null, problems };
  return { parsed: { plan, scenario: escaped(scenario), sourceFile: options.file }, problems: [] };
}

/** The thresholds of a scenario; what is wrong with the conditions of its search is said too. */
function readThresholds(tree: Tree): { thresholds: Threshold[]; problems: Problem[] } {
  const { thresholds, problems } = readConditions(tree, ['thresholds']);
  return {
    thresholds,
    problems: [...problems, ...readConditions(tree, ['search', 'while']).problems],
  };
}

/** A list of conditions, or a single one. */
function readConditions(tree: Tree, at: Path): { thresholds: Threshold[]; problems: Problem[] } {
  const list = nodeAt(tree, at);
  const jobs = nodeAt(tree, ['jobs']);
  const jobNames = jobs?.kind === 'map' ? [...jobs.entries.keys()] : [SOLE_JOB];
  const thresholds: Threshold[] = [];
  const problems: Problem[] = [];
  const items = list?.kind === 'list' ? list.items : list === undefined ? [] : [list];
  for (const item of items.slice(0, THRESHOLD_COUNT_MAX)) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.hasFailed) continue;
    const { threshold, problem } = parseThreshold(item.value, jobNames);
    if (threshold !== null) thresholds.push(threshold);
    else {
      const origin = originWithin(item, problem.offset, problem.width);
      problems.push(problemAt(origin, problem.message, problem.hint));
    }
  }
  return { thresholds, problems };
}

const UNIT_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 } as const;

/** The recorded latencies that the device draws its service times from, where it names some. */
function readLatencies(
  { serviceTime }: ValidScenario['device'],
  tree: Tree,
  readFile: (path: string) => string,
): { table: ServiceTable | null; problems: readonly Problem[] } {
  const nothing = { table: null, problems: [] };
  if (typeof serviceTime === 'string' || serviceTime.file === undefined) return nothing;
  const origin = originAt(tree, ['device', 'serviceTime', 'file']);
  const path = isAbsolute(serviceTime.file)
    ? serviceTime.file
    : join(origin.source.folder, serviceTime.file);
  const { unit = 'us', of = null } = serviceTime;
  try {
    const table = serviceTableOf(readFile(path), { file: path, unitNs: UNIT_NS[unit], of });
    return { table: { ...table, file: resolve(path) }, problems: [] };
  } catch (error) {
    if (!(error instanceof ScenarioError)) {
      const why = error instanceof Error ? error.message : String(error);
      return { table: null, problems: [problemAt(origin, `cannot read ${path}: ${why}`)] };
    }
    const problems = error.problems.map((problem) =>
      problem.position === null ? problemAt(origin, problem.message, problem.hint) : problem,
    );
    return { table: null, problems };
  }
}

function brokenRules(plan: Plan, tree: Tree, suspects: readonly Path[]): Problem[] {
  const hasJobs = nodeAt(tree, ['jobs']) !== undefined;
  const problems = plan.jobs.flatMap((job) => {
    const places = hasJobs ? new JobPlaces(job.name) : LOAD_PLACES;
    const given = (key: string) =>
      places.of(stepsOf(key)).some((path) => nodeAt(tree, path) !== undefined);
    return RULES.filter((rule) => !readsOneOf(rule, suspects, places)).flatMap((rule) =>
      rule.examine({ ...plan, job }, given).map((breach) => breachProblem(breach, tree, places)),
    );
  });
  // What is not about one job is found with each of them.
  return [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
}

/** Of a list, by position: `load.stages.0`. */
function stepsOf(key: string): Path {
  return key.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function keyOf({ position, message }: Problem): string {
  return `${position?.line}:${position?.column} ${message}`;
}

/** Where the keys of `load` are to be looked for, first choice first, and what they are called. */
interface Places {
  of(path: Path): readonly Path[];
  retell(message: string): string;
}

const LOAD_PLACES: Places = { of: (path) => [path], retell: (message) => message };

/** Rules speak of `load`; for a job that is the job, and behind it what it takes from load. */
class JobPlaces implements Places {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  of(path: Path): readonly Path[] {
    const [first, ...rest] = path;
    const isOfJob = first === 'load' && rest[0] !== 'warmup';
    return isOfJob ? [['jobs', this.#name, ...rest], path] : [path];
  }

  retell(message: string): string {
    return message.replace(/(?<![\w.])load(?!\.warmup)(?=[. ])/g, `jobs.${this.#name}`);
  }
}

function readsOneOf(rule: Rule, suspects: readonly Path[], places: Places): boolean {
  return rule.reads
    .flatMap((key) => places.of(key.split('.')))
    .some((path) => suspects.some((suspect) => overlaps(path, suspect)));
}

/** One path is the other, or leads to it. */
function overlaps(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((step, index) => step === b[index]);
}

function breachProblem({ at, message, hint }: Breach, tree: Tree, places: Places): Problem {
  const paths = at.flatMap((path) => places.of(path));
  const place = paths.find((path) => nodeAt(tree, path) !== undefined) ?? paths[0] ?? [];
  const origin = originAt(tree, place);
  return problemAt(origin, places.retell(message), hint ?? null);
}

function memoryProblems(plan: Plan, tree: Tree, options: ParseOptions): Problem[] {
  if (options.memoryLimit === undefined || options.memoryNeeded === undefined) return [];
  const message = memoryRefusal(options.memoryNeeded(plan), options.memoryLimit);
  if (message === null) return [];
  return [problemAt(originAt(tree, ['device', 'sectors']), message, 'lower device.sectors')];
}
