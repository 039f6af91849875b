import type { Problem } from '../errors.ts';
import { coreScalar } from './core-scalar.ts';
import { problemAt, shown } from './problems.ts';
import type { Origin } from './source.ts';
import { didYouMean } from './suggest.ts';
import { type MapNode, plain, type Step, type Tree, withEntry } from './tree.ts';
import { valuesInRange } from './value-range.ts';

/**
 * `matrix`: for each of some keys several values, and a cell for every choice of one value a key.
 *
 *     matrix:
 *       load.threads: 1..8               # or a list; 2..64 x2 doubles, 0..1 +0.1 adds
 *       lock.kind: [ticket, mcs]
 *       exclude: [{ lock.kind: mcs, load.threads: 1 }]
 *       include: [{ lock.kind: none, load.threads: 1 }]
 *       seeds: 1..5
 *       repeats: 3
 *
 * Values are trees with the place they were written at, so that what is wrong with a cell is
 * reported where its value stands in the matrix.
 */

const AXIS_COUNT_MAX = 16;
const CELL_COUNT_MAX = 10_000;
/** Of all runs: cells, times seeds, times repeats. */
const RUN_COUNT_MAX = 100_000;
export const REPEAT_COUNT_MAX = 10_000;

const OWN_KEYS = ['exclude', 'include', 'seeds', 'repeats'] as const;

/** Keys whose values are not one run's to choose. */
const FORBIDDEN: Readonly<Record<string, string>> = {
  version: 'every cell is of the same version',
  name: 'every cell has the name of the sweep; its values tell it apart',
  extends: 'a file is extended once, before the matrix is laid over it',
  matrix: 'a matrix holds no matrix',
  seed: 'write matrix.seeds: 1..5; every cell then runs with each seed',
};

/** One value of one key. */
export interface Setting {
  readonly key: string;
  /** As the file has it, on one line; two settings of one key are equal if their texts are. */
  readonly text: string;
  readonly steps: readonly Step[];
  readonly node: Tree;
}

export interface Axis {
  readonly key: string;
  readonly origin: Origin;
  readonly settings: readonly Setting[];
}

/** Settings in the order of the axes. */
export type Cell = readonly Setting[];

export interface Matrix {
  readonly axes: readonly Axis[];
  readonly cells: readonly Cell[];
  /** null where the scenario's own seed is the only one. */
  readonly seeds: readonly number[] | null;
  readonly repeats: number;
}

/** The cells of a matrix node; a matrix without axes has one cell, which changes nothing. */
export function readMatrix(node: Tree): { matrix: Matrix; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const report = (origin: Origin, message: string, hint: string | null = null): void => {
    problems.push(problemAt(origin, message, hint));
  };
  const nothing = { axes: [], cells: [[]], seeds: null, repeats: 1 };
  if (node.kind === 'scalar' && node.value === null) return { matrix: nothing, problems };
  if (node.kind !== 'map') {
    const example = 'such as load.threads: [1, 2, 4]';
    report(
      node.origin,
      `matrix must be a map of keys and their values ${example}, not ${shown(plain(node))}`,
    );
    return { matrix: nothing, problems };
  }
  const axes = axesOf(node, report);
  const seeds = seedsOf(node.entries.get('seeds')?.node, report);
  const repeats = repeatsOf(node.entries.get('repeats')?.node, report);
  const count = axes.reduce((product, axis) => product * axis.settings.length, 1);
  if (count > CELL_COUNT_MAX) {
    report(node.origin, `matrix has ${count} cells, and may have ${CELL_COUNT_MAX}`);
    return { matrix: nothing, problems };
  }
  const excluded = exclusionsOf(node.entries.get('exclude')?.node, axes, report);
  let cells = productOf(axes);
  for (const { origin, settings } of excluded) {
    const kept = cells.filter((cell) => !isExcluded(cell, settings));
    if (kept.length === cells.length && problems.length === 0) {
      report(origin, 'no cell is excluded by this', 'an entry before it may exclude them already');
    }
    cells = kept;
  }
  cells = [...cells, ...inclusionsOf(node.entries.get('include')?.node, axes, report)];
  cells = withoutDoubles(cells);
  if (cells.length === 0 && problems.length === 0) report(node.origin, 'matrix has no cell left');
  const runCount = cells.length * (seeds?.length ?? 1) * repeats;
  if (runCount > RUN_COUNT_MAX) {
    report(node.origin, `matrix comes to ${runCount} runs, and may come to ${RUN_COUNT_MAX}`);
  }
  return { matrix: { axes, cells, seeds, repeats }, problems };
}

/** The scenario of one cell. */
export function treeOfCell(tree: MapNode, cell: Cell): MapNode {
  let result: Tree = tree;
  for (const { steps, node } of cell) result = withEntry(result, steps, node);
  return result.kind === 'map' ? result : tree;
}

/** `load.threads=4, lock.kind=ticket`. */
export function cellText(cell: readonly { readonly key: string; readonly text: string }[]): string {
  return cell.map(({ key, text }) => `${key}=${text}`).join(', ');
}

type Report = (origin: Origin, message: string, hint?: string | null) => void;

/** Keys with dots, or maps within maps as `--set matrix.load.threads=…` makes them. */
function axesOf(matrix: MapNode, report: Report): Axis[] {
  const axes = new Map<string, Axis>();
  const visit = (map: MapNode, path: readonly Step[]): void => {
    for (const [key, { key: origin, node }] of map.entries) {
      if (path.length === 0 && OWN_KEYS.some((own) => own === key)) continue;
      const steps = [...path, ...stepsOf(key, origin)];
      if (node.kind === 'map') {
        visit(node, steps);
        continue;
      }
      const axis = axisOf(steps, origin, node, report);
      if (axis === null) continue;
      // A later one has come from further out: a file that extends this one, or the command line.
      axes.set(axis.key, axis);
    }
  };
  visit(matrix, []);
  const found = [...axes.values()];
  const extra = found[AXIS_COUNT_MAX];
  if (extra !== undefined) report(extra.origin, `a matrix has at most ${AXIS_COUNT_MAX} keys`);
  return found.slice(0, AXIS_COUNT_MAX);
}

function axisOf(steps: readonly Step[], origin: Origin, node: Tree, report: Report): Axis | null {
  const key = steps.map((step) => step.key).join('.');
  const problem = keyProblem(key);
  if (problem !== null) {
    report(origin, `matrix cannot vary ${shown(key)}`, problem);
    return null;
  }
  const nodes = valuesOf(node, report);
  if (nodes === null) {
    report(
      node.origin,
      `matrix.${key} must be a list of values, or a range such as 1..8 or 2..64 x2, not ` +
        shown(plain(node)),
    );
    return null;
  }
  if (node.kind === 'list' && node.items.length === 0) {
    report(node.origin, `matrix.${key} has no value`);
  }
  const settings = nodes.map((value) => ({ key, text: flowText(value), steps, node: value }));
  const seen = new Set<string>();
  for (const setting of settings) {
    if (seen.has(setting.text)) report(setting.node.origin, `${setting.text} is there twice`);
    seen.add(setting.text);
  }
  return { key, origin, settings };
}

function keyProblem(key: string): string | null {
  const own = Object.hasOwn(FORBIDDEN, key) ? FORBIDDEN[key] : undefined;
  if (own !== undefined) return own;
  return key.split('.').some((part) => part === '') ? 'write keys joined by dots' : null;
}

/** Null when it is neither a list nor a range. A plain range within a list is a list of its own. */
function valuesOf(node: Tree, report: Report): Tree[] | null {
  if (node.kind === 'list') return node.items.flatMap((item) => rangeIn(item, report) ?? [item]);
  return rangeIn(node, report);
}

function rangeIn(node: Tree, report: Report): Tree[] | null {
  if (node.kind !== 'scalar' || !node.isPlain || typeof node.value !== 'string') return null;
  const range = valuesInRange(node.value, CELL_COUNT_MAX);
  if (range === null) return null;
  if ('problem' in range) {
    report(node.origin, range.problem);
    return [];
  }
  return range.values.map((text) => ({ ...node, value: coreScalar(text) }));
}

function seedsOf(node: Tree | undefined, report: Report): number[] | null {
  if (node === undefined) return null;
  const values = valuesOf(node, report)?.map(plain);
  const isSeed = (value: unknown): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0;
  if (values === undefined || values.length === 0 || !values.every(isSeed)) {
    report(
      node.origin,
      'matrix.seeds must be whole numbers from 0, as a list or a range such as 1..5, not ' +
        shown(plain(node)),
    );
    return null;
  }
  if (new Set(values).size < values.length) report(node.origin, 'matrix.seeds names a seed twice');
  return values;
}

function repeatsOf(node: Tree | undefined, report: Report): number {
  if (node === undefined) return 1;
  const value = plain(node);
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= REPEAT_COUNT_MAX) {
    return Number(value);
  }
  report(
    node.origin,
    `matrix.repeats must be a whole number from 1 to ${REPEAT_COUNT_MAX}, not ${shown(value)}`,
  );
  return 1;
}

interface Exclusion {
  readonly origin: Origin;
  /** By key: any of these texts. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

function exclusionsOf(
  node: Tree | undefined,
  axes: readonly Axis[],
  report: Report,
): readonly Exclusion[] {
  return entriesOf(node, 'exclude', report).map((entry) => {
    const settings = new Map<string, readonly string[]>();
    for (const [key, { key: origin, node: value }] of entry.entries) {
      const axis = axes.find((one) => one.key === key);
      if (axis === undefined) {
        report(
          origin,
          `matrix.exclude names ${shown(key)}, which the matrix does not vary`,
          didYouMean(
            key,
            axes.map((one) => one.key),
          ),
        );
        continue;
      }
      const wanted = (valuesOf(value, report) ?? [value]).map((one) => ({
        text: flowText(one),
        origin: one.origin,
      }));
      const known = axis.settings.map(({ text }) => text);
      for (const { text, origin: at } of wanted) {
        if (!known.includes(text))
          report(at, `${key} has no value ${text}`, didYouMean(text, known));
      }
      settings.set(
        key,
        wanted.map(({ text }) => text),
      );
    }
    if (entry.entries.size === 0) report(entry.origin, 'matrix.exclude would exclude every cell');
    return { origin: entry.origin, settings };
  });
}

function isExcluded(cell: Cell, settings: ReadonlyMap<string, readonly string[]>): boolean {
  return [...settings].every(([key, texts]) =>
    cell.some((setting) => setting.key === key && texts.includes(setting.text)),
  );
}

/** Cells of their own. A key that an entry does not name keeps what the scenario says. */
function inclusionsOf(node: Tree | undefined, axes: readonly Axis[], report: Report): Cell[] {
  const order = new Map(axes.map((axis, index) => [axis.key, index]));
  return entriesOf(node, 'include', report).map((entry) =>
    [...entry.entries]
      .flatMap(([key, { key: origin, node: value }]) => {
        const problem = keyProblem(key);
        if (problem !== null) report(origin, `matrix cannot vary ${shown(key)}`, problem);
        const steps = stepsOf(key, origin);
        return problem === null ? [{ key, text: flowText(value), steps, node: value }] : [];
      })
      .sort((a, b) => (order.get(a.key) ?? axes.length) - (order.get(b.key) ?? axes.length)),
  );
}

function entriesOf(node: Tree | undefined, name: string, report: Report): MapNode[] {
  if (node === undefined) return [];
  const example = `such as [{ lock.kind: mcs, load.threads: 8 }]`;
  if (node.kind !== 'list') {
    report(
      node.origin,
      `matrix.${name} must be a list of maps ${example}, not ${shown(plain(node))}`,
    );
    return [];
  }
  return node.items.flatMap((item) => {
    if (item.kind === 'map') return [item];
    report(item.origin, `matrix.${name} must hold maps ${example}, not ${shown(plain(item))}`);
    return [];
  });
}

function productOf(axes: readonly Axis[]): Cell[] {
  let cells: Cell[] = [[]];
  for (const { settings } of axes) {
    cells = cells.flatMap((cell) => settings.map((setting) => [...cell, setting]));
  }
  return cells;
}

function withoutDoubles(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [cellText(cell), cell])).values()];
}

function stepsOf(key: string, origin: Origin): Step[] {
  let start = origin.start;
  return key.split('.').map((part) => {
    const step = { key: part, origin: { ...origin, start, end: start + part.length } };
    start += part.length + 1;
    return step;
  });
}

/** A value on one line of YAML; plain where that reads as the same value. */
function flowText(node: Tree): string {
  if (node.kind === 'list') return `[${node.items.map(flowText).join(', ')}]`;
  if (node.kind === 'map') {
    const entries = [...node.entries].map(([key, entry]) => `${key}: ${flowText(entry.node)}`);
    return `{ ${entries.join(', ')} }`;
  }
  const { value } = node;
  if (typeof value !== 'string') return String(value);
  const isPlain = /^[\w./%+-]+$/.test(value) && typeof coreScalar(value) === 'string';
  return isPlain ? value : JSON.stringify(value);
}
