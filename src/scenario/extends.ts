import { isAbsolute, join, resolve } from 'node:path';
import { type Problem, ScenarioError } from '../errors.ts';
import { substituteVariables, type Variables } from './environment.ts';
import { problemAt, shown } from './problems.ts';
import { type Origin, sourceOf } from './source.ts';
import { type MapNode, mergeTrees, originAt, plain, type Tree, without } from './tree.ts';
import { treeOf } from './yaml.ts';

/** Files that extend files that extend files: more than this is a mistake. */
const CHAIN_LENGTH_MAX = 8;

export interface Loading {
  readonly variables: Variables;
  /** Throws, with any Error, for a file that cannot be read. */
  readonly readFile: (path: string) => string;
}

/** The tree is null when some text could not be read at all; problems may be found either way. */
export interface Loaded {
  readonly tree: MapNode | null;
  readonly problems: readonly Problem[];
}

/**
 * One text, its variables filled in, merged over the file it extends, and so on down.
 *
 * Positions stay those of the text in which a value was written.
 */
export function loadTree(text: string, file: string, loading: Loading): Loaded {
  return load(text, file, loading, [resolve(file)]);
}

function load(text: string, file: string, loading: Loading, chain: readonly string[]): Loaded {
  const source = sourceOf(file, text);
  const reading = treeOf(source);
  if (reading.tree === null) return { tree: null, problems: reading.problems };
  const { tree, problems } = substituteVariables(reading.tree, loading.variables);
  if (tree.kind !== 'map') {
    const found = plain(tree);
    const message =
      found === null
        ? 'the scenario is empty'
        : `a scenario is a map of keys and values, not ${shown(found)}`;
    return { tree: null, problems: [...problems, problemAt(tree.origin, message)] };
  }
  const reference = tree.entries.get('extends')?.node;
  if (reference === undefined) return { tree, problems };
  const derived = mapWithout(tree, 'extends');
  const base = loadBase(reference, file, loading, chain);
  const all = [...problems, ...base.problems];
  if (base.tree === null) return { tree: null, problems: all };
  const merged = mergeTrees(base.tree, derived);
  return { tree: merged.kind === 'map' ? merged : derived, problems: all };
}

function loadBase(
  reference: Tree,
  file: string,
  loading: Loading,
  chain: readonly string[],
): Loaded {
  const failed = (message: string, at: Origin = reference.origin) => ({
    tree: null,
    problems: [problemAt(at, message)],
  });
  if (reference.kind === 'scalar' && reference.hasFailed) return { tree: null, problems: [] };
  const name = reference.kind === 'scalar' ? reference.value : null;
  if (typeof name !== 'string' || name.trim() === '') {
    return failed(`extends must be the path of a scenario file, not ${shown(plain(reference))}`);
  }
  const path = isAbsolute(name) ? name : join(folderOf(reference), name);
  if (chain.includes(resolve(path))) {
    const names = chain
      .slice(chain.indexOf(resolve(path)))
      .map((link) => link.replace(/^.*[/\\]/, ''));
    return failed(`${file} extends itself: ${[...names, names[0]].join(' → ')}`);
  }
  if (chain.length > CHAIN_LENGTH_MAX) {
    return failed(`more than ${CHAIN_LENGTH_MAX} files extend one another here`);
  }
  try {
    return load(loading.readFile(path), path, loading, [...chain, resolve(path)]);
  } catch (error) {
    if (error instanceof ScenarioError) return { tree: null, problems: placed(error, reference) };
    const why = error instanceof Error ? error.message : String(error);
    return failed(`cannot read ${path}: ${why}`);
  }
}

/** Problems of a file as a whole are shown where it was asked for. */
function placed(error: ScenarioError, reference: Tree): Problem[] {
  return error.problems.map((problem) =>
    problem.position === null ? problemAt(reference.origin, problem.message) : problem,
  );
}

function folderOf(node: Tree): string {
  return originAt(node, []).source.folder;
}

function mapWithout(tree: MapNode, key: string): MapNode {
  const rest = without(tree, [key]);
  return rest.kind === 'map' ? rest : tree;
}
