import { assert, type Problem } from '../errors.ts';
import { complete, escaped, type ResolvedScenario } from './complete.ts';
import type { Variables } from './environment.ts';
import { loadTree } from './extends.ts';
import { type MemoryLimit, memoryRefusal } from './memory-limit.ts';
import type { Plan, Threshold } from './plan.ts';
import { problemAt, scenarioError } from './problems.ts';
import { readScenarioFile } from './read.ts';
import { type Breach, RULES, type Rule } from './rules.ts';
import { THRESHOLD_COUNT_MAX } from './schema.ts';
import { applySets } from './set.ts';
import { parseThreshold } from './thresholds.ts';
import { toPlan } from './to-plan.ts';
import { nodeAt, originAt, originWithin, type Path, type Tree } from './tree.ts';
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
  const { file, sets = [], env = {}, readFile = readScenarioFile } = options;
  const loaded = loadTree(text, file, { variables: env, readFile });
  const problems = [...loaded.problems];
  if (loaded.tree === null) throw scenarioError(problems, file);
  const { tree, problems: setProblems } = applySets(loaded.tree, sets, env);
  const validation = validate(tree);
  const thresholds = readThresholds(tree);
  problems.push(...setProblems, ...validation.problems, ...thresholds.problems);
  if (validation.scenario === null) throw scenarioError(problems, file);

  const scenario = complete(validation.scenario, tree);
  const plan = toPlan(scenario, thresholds.thresholds);
  problems.push(...brokenRules(plan, tree, validation.suspects));
  if (problems.length === 0) problems.push(...memoryProblems(plan, tree, options));
  if (problems.length > 0) throw scenarioError(problems, file);
  return { plan, scenario: escaped(scenario), sourceFile: file };
}

function readThresholds(tree: Tree): { thresholds: Threshold[]; problems: Problem[] } {
  const list = nodeAt(tree, ['thresholds']);
  const thresholds: Threshold[] = [];
  const problems: Problem[] = [];
  const items = list?.kind === 'list' ? list.items : [];
  for (const item of items.slice(0, THRESHOLD_COUNT_MAX)) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.hasFailed) continue;
    const { threshold, problem } = parseThreshold(item.value);
    if (threshold !== null) thresholds.push(threshold);
    else {
      const origin = originWithin(item, problem.offset, problem.width);
      problems.push(problemAt(origin, problem.message, problem.hint));
    }
  }
  return { thresholds, problems };
}

function brokenRules(plan: Plan, tree: Tree, suspects: readonly Path[]): Problem[] {
  const given = (key: string) => nodeAt(tree, key.split('.')) !== undefined;
  const [job] = plan.jobs;
  assert(job !== undefined, 'a plan has a job');
  return RULES.filter((rule) => !readsOneOf(rule, suspects)).flatMap((rule) =>
    rule.examine({ ...plan, job }, given).map((breach) => breachProblem(breach, tree)),
  );
}

function readsOneOf(rule: Rule, suspects: readonly Path[]): boolean {
  return rule.reads.some((key) => suspects.some((suspect) => overlaps(key.split('.'), suspect)));
}

/** One path is the other, or leads to it. */
function overlaps(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((step, index) => step === b[index]);
}

function breachProblem({ at, message, hint }: Breach, tree: Tree): Problem {
  const place = at.find((path) => nodeAt(tree, path) !== undefined) ?? at[0] ?? [];
  return problemAt(originAt(tree, place), message, hint ?? null);
}

function memoryProblems(plan: Plan, tree: Tree, options: ParseOptions): Problem[] {
  if (options.memoryLimit === undefined || options.memoryNeeded === undefined) return [];
  const message = memoryRefusal(options.memoryNeeded(plan), options.memoryLimit);
  if (message === null) return [];
  return [problemAt(originAt(tree, ['device', 'sectors']), message, 'lower device.sectors')];
}
