import type { Origin } from './source.ts';

/**
 * A YAML document as plain data of which every part knows where it was written.
 *
 * One scenario may come from several texts: a file, the files it extends, values set on the
 * command line. Because each node carries its own origin, merging them is merging trees, and a
 * problem is reported where its cause was written.
 */
export type Tree = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly origin: Origin;
  /** Plain scalars may be numbers and the like; quoted ones are always text. */
  readonly isPlain: boolean;
  /** Its text could not be made out, and that has been reported. */
  readonly hasFailed: boolean;
}

interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly origin: Origin;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly origin: Origin;
}

export interface Entry {
  readonly key: Origin;
  readonly node: Tree;
}

/** Keys and list positions that lead from the root to a node. */
export type Path = readonly (string | number)[];

/** The data alone, as a schema wants it. */
export function plain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plain);
  return Object.fromEntries([...tree.entries].map(([key, { node }]) => [key, plain(node)]));
}

export function nodeAt(tree: Tree, path: Path): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const step of path) node = node === undefined ? undefined : childOf(node, step);
  return node;
}

/** Where to point for a path: its node, or the key of the nearest parent that was written. */
export function originAt(tree: Tree, path: Path): Origin {
  const node = nodeAt(tree, path);
  if (node !== undefined) return node.origin;
  for (let length = path.length - 1; length > 0; length -= 1) {
    const parent = path.slice(0, length);
    const key = keyOrigin(tree, parent);
    if (key !== undefined) return key;
    const item = nodeAt(tree, parent);
    if (item !== undefined) return item.origin;
  }
  return { ...tree.origin, end: tree.origin.start + 1 };
}

/** Where the key that a path ends in was written; undefined for list items and absent keys. */
export function keyOrigin(tree: Tree, path: Path): Origin | undefined {
  const parent = nodeAt(tree, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.kind !== 'map' || typeof key !== 'string') return undefined;
  return parent.entries.get(key)?.key;
}

/** Maps are merged key by key; anything else in `over` replaces what `base` holds there. */
export function mergeTrees(base: Tree, over: Tree): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    const node = below === undefined ? entry.node : mergeTrees(below.node, entry.node);
    entries.set(key, { key: entry.key, node });
  }
  return { ...over, entries };
}

/** The tree with an entry put at a path of keys; maps on the way there are made where missing. */
export function withEntry(tree: Tree, path: readonly Step[], node: Tree): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  const map: MapNode =
    tree.kind === 'map' ? tree : { kind: 'map', entries: new Map(), origin: step.origin };
  const empty: MapNode = { kind: 'map', entries: new Map(), origin: step.origin };
  const below = map.entries.get(step.key);
  const isLast = rest.length === 0;
  const entry = {
    key: isLast ? step.origin : (below?.key ?? step.origin),
    node: withEntry(below?.node ?? empty, rest, node),
  };
  return { ...map, entries: new Map([...map.entries, [step.key, entry]]) };
}

/** One key of a path, and where it was written. */
export interface Step {
  readonly key: string;
  readonly origin: Origin;
}

/** The tree without the node at a path. */
export function without(tree: Tree, path: Path): Tree {
  const [step, ...rest] = path;
  if (tree.kind === 'list' && typeof step === 'number') {
    const items = tree.items.flatMap((item, index) => {
      if (index !== step) return [item];
      return rest.length === 0 ? [] : [without(item, rest)];
    });
    return { ...tree, items };
  }
  const entry =
    tree.kind === 'map' && typeof step === 'string' ? tree.entries.get(step) : undefined;
  if (tree.kind !== 'map' || typeof step !== 'string' || entry === undefined) return tree;
  const entries = new Map(tree.entries);
  if (rest.length === 0) entries.delete(step);
  else entries.set(step, { ...entry, node: without(entry.node, rest) });
  return { ...tree, entries };
}

/** The tree without some keys of the map at a path. */
export function withoutKeys(tree: Tree, path: Path, keys: ReadonlySet<string>): Tree {
  const [step, ...rest] = path;
  if (tree.kind === 'list') {
    const items = tree.items.map((item, index) =>
      index === step ? withoutKeys(item, rest, keys) : item,
    );
    return { ...tree, items };
  }
  if (tree.kind !== 'map') return tree;
  if (step === undefined) {
    return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !keys.has(key))) };
  }
  const entries = new Map(tree.entries);
  const entry = entries.get(String(step));
  if (entry !== undefined) {
    entries.set(String(step), { ...entry, node: withoutKeys(entry.node, rest, keys) });
  }
  return { ...tree, entries };
}

function childOf(node: Tree, step: string | number): Tree | undefined {
  if (node.kind === 'map' && typeof step === 'string') return node.entries.get(step)?.node;
  if (node.kind === 'list' && typeof step === 'number') return node.items[step];
  return undefined;
}

/**
 * A part of a scalar's text, by offset and width within its value. Where the value is not written
 * character for character (escapes, folded lines, substitutions) it is the whole scalar.
 */
export function originWithin(node: ScalarNode, offset: number, width: number): Origin {
  const { source, start, end } = node.origin;
  const written = source.text.slice(start, end);
  const isQuoted = !node.isPlain && written.slice(1, -1) === node.value;
  if (!isQuoted && written !== node.value) return node.origin;
  const from = start + offset + (isQuoted ? 1 : 0);
  return { source, start: from, end: from + width };
}
