import type { Problem } from '../errors.ts';
import { coreScalar } from './core-scalar.ts';
import { problemAt, shown } from './problems.ts';
import { originWithin, type ScalarNode, type Tree } from './tree.ts';

/**
 * `${env:NAME}` and `${env:NAME:-default}` inside scalars.
 *
 * As in a shell, the default also stands in for a variable that is set to nothing. A plain scalar
 * is resolved again afterwards, so that `threads: ${env:THREADS:-4}` is a number; a quoted one
 * stays text. What was put in is not searched again. `$${env:` writes `${env:` itself.
 */

export type Variables = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{env:|\$\{env:([^}]*)(\}?)/g;
const NOT_A_REFERENCE = `write \${env:NAME} or \${env:NAME:-default}`;
const VARIABLE = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** A hostile text may hold a hundred thousand references. */
const PROBLEMS_MAX = 100;

/** The tree with every reference replaced; those that cannot be are reported and left as failed. */
export function substituteVariables(
  tree: Tree,
  variables: Variables,
): { tree: Tree; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  return { tree: visit(tree), problems };

  function visit(node: Tree): Tree {
    if (node.kind === 'list') return { ...node, items: node.items.map(visit) };
    if (node.kind === 'scalar') return substitute(node);
    const entries = [...node.entries].map(
      ([key, entry]) => [key, { key: entry.key, node: visit(entry.node) }] as const,
    );
    return { ...node, entries: new Map(entries) };
  }

  function substitute(node: ScalarNode): ScalarNode {
    if (typeof node.value !== 'string' || !node.value.includes('${env:')) return node;
    let hasFailed = false;
    const text = node.value.replace(REFERENCE, (reference, inside, close, offset) => {
      if (reference === '$${env:') return '${env:';
      const { value, problem } = resolve(inside, close !== '', variables);
      if (problem === null) return value;
      hasFailed = true;
      if (problems.length < PROBLEMS_MAX)
        problems.push(problemAt(originWithin(node, offset, reference.length), problem));
      return reference;
    });
    return { ...node, value: node.isPlain ? coreScalar(text) : text, hasFailed };
  }
}

/** Text that substitution turns back into exactly what it was. */
export function escapeReferences(text: string): string {
  return text.replaceAll('${env:', () => '$${env:');
}

type Resolution = { value: string; problem: null } | { value: ''; problem: string };

function resolve(inside: string, isClosed: boolean, variables: Variables): Resolution {
  const match = isClosed ? VARIABLE.exec(inside) : null;
  if (match === null) {
    return { value: '', problem: NOT_A_REFERENCE };
  }
  const [name, otherwise] = [match[1] ?? '', match[2]];
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value !== undefined && (value !== '' || otherwise === undefined)) {
    return { value, problem: null };
  }
  if (otherwise !== undefined) return { value: otherwise, problem: null };
  const problem = `the environment variable ${shown(name)} is not set, and no default is given`;
  return { value: '', problem };
}
