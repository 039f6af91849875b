import type { Problem } from '../errors.ts';
import { substituteVariables, type Variables } from './environment.ts';
import { problemAt } from './problems.ts';
import { commandLineSource, type Source } from './source.ts';
import { type MapNode, type Step, type Tree, withEntry } from './tree.ts';
import { treeOf } from './yaml.ts';

/**
 * Puts `path=value` texts from the command line over a scenario, in the order given. The path is
 * keys joined by dots; the value is YAML, as it would stand after the key in the file, and replaces
 * what was there. Whether the keys exist is for the schema to say, as for any file.
 */
export function applySets(
  tree: MapNode,
  sets: readonly string[],
  variables: Variables,
): { tree: MapNode; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let result: Tree = tree;
  for (const set of sets) {
    const source = commandLineSource('--set', set);
    const given = readSet(source);
    problems.push(...given.problems);
    if (given.value === null) continue;
    const value = substituteVariables(given.value, variables);
    problems.push(...value.problems);
    result = withEntry(result, given.steps, value.tree);
  }
  return { tree: result.kind === 'map' ? result : tree, problems };
}

interface GivenSet {
  readonly steps: readonly Step[];
  readonly value: Tree | null;
  readonly problems: readonly Problem[];
}

function readSet(source: Source): GivenSet {
  const failed = (start: number, end: number, message: string): GivenSet => ({
    steps: [],
    value: null,
    problems: [problemAt({ source, start, end }, message)],
  });
  const equals = source.text.indexOf('=');
  if (equals === -1) {
    return failed(0, source.text.length, 'a setting is written path=value, as in load.threads=4');
  }
  const steps = stepsOf(source, equals);
  const empty = steps.find((step) => step.key === '');
  if (empty !== undefined) {
    const { start } = empty.origin;
    return failed(start, start + 1, 'a path is keys joined by dots, as in load.threads');
  }
  if (steps[0]?.key === 'extends') {
    return failed(0, equals, 'extends can only be given in a file, not set from outside');
  }
  const reading = treeOf(source, equals + 1);
  return { steps, value: reading.tree, problems: reading.problems };
}

function stepsOf(source: Source, end: number): Step[] {
  let start = 0;
  return source.text
    .slice(0, end)
    .split('.')
    .map((part) => {
      const origin = { source, start, end: start + part.length };
      start = origin.end + 1;
      return { key: part.trim(), origin };
    });
}
