import { scenarioJsonSchema } from './schema.ts';
import { closest } from './suggest.ts';
import type { Path } from './tree.ts';

/** What else a key may be meant as: hints for the keys that people try. */

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  /** Of a map whose keys are names, what each of them holds; false where keys are known. */
  readonly additionalProperties?: SchemaNode | false;
}

const MERGE_KEY = 'merge keys are not part of the format; extends merges whole files';

export interface KeyHint {
  readonly hint: string;
  /** The key it is probably a misspelling of. */
  readonly meant: string | null;
}

/** For a key that the map at a path does not have. */
export function keyHint(parent: Path, key: string): KeyHint {
  const names = parent.filter((step) => typeof step === 'string');
  if (key === '<<') return { hint: MERGE_KEY, meant: null };
  const siblings = keysAt(names);
  const meant = closest(key, siblings);
  if (meant !== undefined) return { hint: `did you mean ${JSON.stringify(meant)}?`, meant };
  const places = everyKey().filter((place) => place.at(-1) === key);
  if (places.length > 0 && places.length <= 3) {
    const list = places.map((place) => place.join('.')).join(' or ');
    return { hint: `it belongs elsewhere: ${list}`, meant: null };
  }
  return { hint: `known: ${siblings.join(', ')}`, meant: null };
}

/** Keys of the map that a path of names leads to; list positions are left out of it. */
function keysAt(names: readonly string[]): string[] {
  let node: SchemaNode | undefined = root();
  for (const name of names) node = node === undefined ? undefined : propertyOf(node, name);
  return node === undefined ? [] : Object.keys(propertiesOf(node));
}

function keysBelow(node: SchemaNode, path: readonly string[]): string[][] {
  return Object.entries(propertiesOf(node)).flatMap(([key, below]) => [
    [...path, key],
    ...keysBelow(below, [...path, key]),
  ]);
}

function propertyOf(node: SchemaNode, name: string): SchemaNode | undefined {
  const properties = propertiesOf(node);
  if (Object.hasOwn(properties, name)) return properties[name];
  return node.additionalProperties === false ? undefined : node.additionalProperties;
}

/** A list of maps is looked through, as `load.blockSize` is, and so is what may be a map. */
function propertiesOf(node: SchemaNode): Readonly<Record<string, SchemaNode>> {
  const list = node.anyOf?.find((one) => one.items !== undefined);
  const map = node.anyOf?.find((one) => one.properties !== undefined);
  const ofList = node.items?.properties ?? list?.items?.properties;
  return node.properties ?? ofList ?? map?.properties ?? {};
}

let cachedRoot: SchemaNode | undefined;
let cachedKeys: readonly (readonly string[])[] | undefined;

/** Made on the first mistake, since a scenario without one has no use for it. */
function root(): SchemaNode {
  cachedRoot ??= scenarioJsonSchema() as SchemaNode;
  return cachedRoot;
}

function everyKey(): readonly (readonly string[])[] {
  cachedKeys ??= keysBelow(root(), []);
  return cachedKeys;
}
