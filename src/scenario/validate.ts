import type { z } from 'zod';
import type { Problem } from '../errors.ts';
import { coreScalar } from './core-scalar.ts';
import { keyHint } from './keys.ts';
import { problemAt, shown } from './problems.ts';
import { scenarioSchema, type ValidScenario } from './schema.ts';
import { closest } from './suggest.ts';
import {
  keyOrigin,
  type MapNode,
  nodeAt,
  originAt,
  type Path,
  plain,
  type Tree,
  withEntry,
  without,
  withoutKeys,
} from './tree.ts';

/**
 * The schema's verdict on a tree, as problems with positions.
 *
 * So that rules between keys can still be checked where some keys are wrong, and all problems come
 * out at once, the wrong ones are taken out and the rest is read again. `suspects` are the places
 * taken out, or meant by a key we do not know: a rule that looks at one of them has no say.
 */
export interface Validation {
  /** Null when even the rest is not a scenario. */
  readonly scenario: ValidScenario | null;
  readonly problems: readonly Problem[];
  readonly suspects: readonly Path[];
}

type Issue = z.core.$ZodIssue;

/** Each round takes out at least one node of at most a few levels that depend on one another. */
const ROUNDS_MAX = 8;

/** Looking for what a key was meant as takes a while, and nobody reads so many answers. */
const UNKNOWN_KEYS_MAX = 100;

export function validate(tree: MapNode): Validation {
  const problems: Problem[] = [];
  const suspects: Path[] = [];
  let rest: Tree = tree;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const result = scenarioSchema.safeParse(plain(rest));
    if (result.success) return { scenario: result.data, problems, suspects };
    const issues = result.error.issues.flatMap((issue) => flatten(issue, []));
    const misspelt = new Set(issues.flatMap((issue) => meantPaths(tree, issue)).map(nameOf));
    for (const issue of issues) {
      const path = pathOf(issue);
      const isReported = round > 0 || misspelt.has(nameOf(path));
      if (!isReported) problems.push(...problemsOf(tree, issue));
      suspects.push(...suspectsOf(tree, issue));
      rest = repaired(rest, path, issue);
    }
  }
  return { scenario: null, problems, suspects };
}

/** `load.blockSize[0].size`, as messages name a place. */
function nameOf(path: Path): string {
  if (path.length === 0) return 'the scenario';
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/**
 * Of a value that may be one of several things, the alternative that it was meant as: the one whose
 * complaints go deeper than "not that kind of thing". If there is none, the union's own complaint.
 */
function flatten(issue: Issue, parent: Path): Issue[] {
  const path = [...parent, ...pathOf(issue)];
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find(
      (issues) => issues.length > 0 && issues.every((one) => isDeeper(one)),
    );
    if (meant !== undefined) return meant.flatMap((one) => flatten(one, path));
  }
  // What is wrong with a name is said by the complaint about it.
  if (issue.code === 'invalid_key') {
    const { message = issue.message } = issue.issues[0] ?? {};
    return [{ ...issue, path, message }];
  }
  return [{ ...issue, path } as Issue];
}

function isDeeper(issue: Issue): boolean {
  if (issue.path.length > 0) return true;
  if (issue.code === 'invalid_union') return issue.errors.some((issues) => issues.every(isDeeper));
  return !['invalid_type', 'invalid_value'].includes(issue.code);
}

function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

function problemsOf(tree: Tree, issue: Issue): Problem[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key, index) => unknownKey(tree, path, key, index < UNKNOWN_KEYS_MAX));
  }
  const node = nodeAt(tree, path);
  if (node?.kind === 'scalar' && node.hasFailed) return [];
  const origin = originAt(tree, path);
  if (node === undefined) {
    const hint = issue.code === 'invalid_value' ? `one of ${issue.values.join(', ')}` : null;
    return [problemAt(origin, `${nameOf(path)} is missing`, hint)];
  }
  return [problemAt(origin, `${nameOf(path)} ${issue.message}`, valueHint(node, issue))];
}

function unknownKey(tree: Tree, parent: Path, key: string, isExplained: boolean): Problem {
  const place = parent.length === 0 ? '' : ` in ${nameOf(parent)}`;
  const origin = keyOrigin(tree, [...parent, key]) ?? originAt(tree, parent);
  const hint = isExplained ? keyHint(parent, key).hint : null;
  return problemAt(origin, `unknown key ${shown(key)}${place}`, hint);
}

function valueHint(node: Tree, issue: Issue): string | null {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return null;
  if (issue.code === 'invalid_value') {
    const like = closest(node.value, issue.values.map(String));
    return like === undefined || like === node.value ? null : `did you mean ${shown(like)}?`;
  }
  const isQuotedValue = !node.isPlain && typeof coreScalar(node.value) !== 'string';
  return issue.code === 'invalid_type' && isQuotedValue
    ? 'remove the quotes: a quoted value is text'
    : null;
}

function suspectsOf(tree: Tree, issue: Issue): Path[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') return meantPaths(tree, issue);
  const isMissing = nodeAt(tree, path) === undefined && path.length > 1;
  return [isMissing ? path.slice(0, -1) : path];
}

/** Where the values of misspelt keys would have gone, unless something is there already. */
function meantPaths(tree: Tree, issue: Issue): Path[] {
  if (issue.code !== 'unrecognized_keys') return [];
  return issue.keys
    .slice(0, UNKNOWN_KEYS_MAX)
    .map((key) => [...pathOf(issue), keyHint(pathOf(issue), key).meant])
    .filter((path): path is string[] => path.at(-1) !== null)
    .filter((path) => nodeAt(tree, path) === undefined);
}

/** The tree without what the issue is about; what may not be missing gets a stand-in. */
function repaired(tree: Tree, path: Path, issue: Issue): Tree {
  if (issue.code === 'unrecognized_keys') {
    return withoutKeys(tree, path, new Set(issue.keys));
  }
  const [first] = path;
  if (path.length === 1 && (first === 'version' || first === 'name')) {
    const value = first === 'version' ? 1 : 'stand-in';
    const { origin } = tree;
    const node = { kind: 'scalar', value, origin, isPlain: true, hasFailed: false } as const;
    return withEntry(tree, [{ key: first, origin }], node);
  }
  const list = path.findIndex((step) => typeof step === 'number');
  if (list > 0) return without(tree, path.slice(0, list));
  return without(tree, nodeAt(tree, path) === undefined ? path.slice(0, -1) : path);
}
