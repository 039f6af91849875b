import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
} from 'yaml';
import type { Problem } from '../errors.ts';
import { problemAt, shown } from './problems.ts';
import type { Origin, Source } from './source.ts';
import { positionOf } from './source.ts';
import type { Entry, MapNode, ScalarNode, Tree } from './tree.ts';

/**
 * YAML text to a tree with positions, for texts that nobody has vouched for.
 *
 * The library's own guards are not enough for that: it composes recursively, so deep nesting
 * overflows the stack, and it expands aliases only when asked for plain values. Hence three
 * passes, each of which hands on only what the next can take: characters, then tokens (bounded in
 * number and in depth, and read without recursion), then nodes (bounded again, aliases counted
 * at what they expand to).
 */

const TEXT_LENGTH_MAX = 1024 * 1024;
const NODE_COUNT_MAX = 10_000;
const DEPTH_MAX = 32;
/** Far above what that many values take with their commas, colons, comments and white space. */
const TOKEN_COUNT_MAX = 12 * NODE_COUNT_MAX;
/** The document and a scalar lie on the parser's stack beside the collections. */
const STACK_SIZE_MAX = DEPTH_MAX + 4;
const SYNTAX_PROBLEMS_MAX = 20;

/** All that YAML does not allow in a text, and a carriage return that ends no line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const FORBIDDEN = /[\0-\x08\v\f\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?!\n)|\p{Cs}/gu;

export type TreeReading =
  | { readonly tree: Tree; readonly problems: readonly [] }
  | { readonly tree: null; readonly problems: readonly Problem[] };

/** Reads the source from an offset on; the tree is null if, and only if, there are problems. */
export function treeOf(source: Source, from = 0): TreeReading {
  const at = (start: number, end: number): Origin => ({
    source,
    start: from + start,
    end: from + end,
  });
  const text = source.text.slice(from);
  const problems = characterProblems(text, at);
  if (problems.length > 0) return { tree: null, problems };
  const { tokens, problem } = tokensOf(text, at);
  if (problem !== null) return { tree: null, problems: [problem] };
  return compose(tokens, text, at);
}

type At = (start: number, end: number) => Origin;

function characterProblems(text: string, at: At): Problem[] {
  if (text.length > TEXT_LENGTH_MAX) {
    return [problemAt(at(0, 1), `the text is longer than ${TEXT_LENGTH_MAX} characters (1 MiB)`)];
  }
  const problems: Problem[] = [];
  for (const match of text.matchAll(FORBIDDEN)) {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const message = `the character U+${code} is not allowed in a YAML text`;
    problems.push(problemAt(at(match.index, match.index + match[0].length), message));
    if (problems.length === SYNTAX_PROBLEMS_MAX) break;
  }
  return problems;
}

function tokensOf(text: string, at: At): { tokens: CST.Token[]; problem: Problem | null } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let tokenCount = 0;
  const stop = (message: string, offset = parser.offset) => ({
    tokens: [],
    problem: problemAt(at(offset, offset + 1), message),
  });
  let documentCount = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokenCount += 1;
    if (tokenCount > TOKEN_COUNT_MAX) return stop(`more than ${TOKEN_COUNT_MAX} words and marks`);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'document') documentCount += 1;
      if (documentCount > 1) return stop(SECOND_DOCUMENT, token.offset);
      tokens.push(token);
    }
    if (parser.stack.length > STACK_SIZE_MAX) return stop(TOO_DEEP);
  }
  for (const token of parser.end()) {
    if (token.type === 'document') documentCount += 1;
    if (documentCount > 1) return stop(SECOND_DOCUMENT, token.offset);
    tokens.push(token);
  }
  return { tokens, problem: null };
}

const SECOND_DOCUMENT = 'a second YAML document begins here; a file holds one scenario';
const TOO_DEEP = `nested deeper than ${DEPTH_MAX} levels`;

function compose(tokens: readonly CST.Token[], text: string, at: At): TreeReading {
  let document: Document.Parsed | undefined;
  try {
    const composer = new Composer({
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
      stringKeys: true,
      uniqueKeys: false,
      prettyErrors: false,
    });
    document = [...composer.compose(tokens, true, text.length)][0];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { tree: null, problems: [problemAt(at(0, 1), `not readable as YAML: ${message}`)] };
  }
  const found = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  const problems = found
    .slice(0, SYNTAX_PROBLEMS_MAX)
    .map((error) => problemAt(at(...error.pos), syntaxMessage(error.code, error.message)));
  const version = document?.directives?.yaml.version ?? '1.2';
  if (version !== '1.2') {
    problems.push(problemAt(at(0, 1), `scenarios are YAML 1.2, and this text says ${version}`));
  }
  if (problems.length > 0 || document === undefined) return { tree: null, problems };
  return buildTree(document.contents, at);
}

/** Node counts are of the text as expanded, which is what an alias bomb blows up. */
interface Anchored {
  readonly tree: Tree;
  readonly nodeCount: number;
  readonly depth: number;
}

function buildTree(contents: Node | null, at: At): TreeReading {
  const problems: Problem[] = [];
  const anchors = new Map<string, Anchored | 'open'>();
  let nodeCount = 0;
  let deepest = 0;

  const root = build(contents, at(0, 1), 0);
  return problems.length > 0 ? { tree: null, problems } : { tree: root, problems: [] };

  function build(node: Node | null, otherwise: Origin, depth: number): Tree {
    const origin = node?.range ? at(node.range[0], node.range[1]) : otherwise;
    const countBefore = nodeCount;
    nodeCount += 1;
    deepest = Math.max(deepest, depth);
    if (nodeCount > NODE_COUNT_MAX || depth > DEPTH_MAX) return overflow(origin, depth);
    if (isAlias(node)) return buildAlias(node, origin, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return buildPlain(node, origin, depth);
    anchors.set(anchor, 'open');
    const deepestElsewhere = deepest;
    deepest = depth;
    const tree = buildPlain(node, origin, depth);
    anchors.set(anchor, { tree, nodeCount: nodeCount - countBefore, depth: deepest - depth });
    deepest = Math.max(deepest, deepestElsewhere);
    return tree;
  }

  function buildPlain(node: Node | null, origin: Origin, depth: number): Tree {
    if (isMap(node)) return buildMap(node.items as Pair<Node, Node | null>[], origin, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => build(item as Node | null, origin, depth + 1));
      return { kind: 'list', items, origin };
    }
    return buildScalar(node, origin);
  }

  function buildMap(pairs: readonly Pair<Node, Node | null>[], origin: Origin, depth: number) {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const keyRange = pair.key.range;
      const keyOrigin = keyRange ? at(keyRange[0], keyRange[1]) : origin;
      const first = entries.get(key);
      if (first !== undefined) {
        const { line } = positionOf(first.key.source, first.key.start);
        const message = `the key ${shown(key)} is given twice in one map, first on line ${line}`;
        problems.push(problemAt(keyOrigin, message));
      }
      const node = build(pair.value, keyOrigin, depth + 1);
      entries.set(key, { key: keyOrigin, node });
      if (problems.length >= SYNTAX_PROBLEMS_MAX) break;
    }
    return { kind: 'map', entries, origin } satisfies MapNode;
  }

  function buildScalar(node: Node | null, origin: Origin): ScalarNode {
    const value = isScalar(node) ? node.value : null;
    const isPlain = !isScalar(node) || node.type === 'PLAIN' || node.type === undefined;
    if (isScalarValue(value)) return { kind: 'scalar', value, origin, isPlain, hasFailed: false };
    problems.push(problemAt(origin, `not a value that a scenario can hold: ${shown(value)}`));
    return nothing(origin);
  }

  /** An alias stands for its anchor's tree; a problem with it as a whole is reported here. */
  function buildAlias(node: Alias, origin: Origin, depth: number): Tree {
    const target = anchors.get(node.source);
    if (target === undefined || target === 'open') {
      const why = target === 'open' ? 'stands inside what it repeats' : 'has no anchor before it';
      problems.push(problemAt(origin, `the alias *${node.source} ${why}`));
      return nothing(origin);
    }
    nodeCount += target.nodeCount - 1;
    deepest = Math.max(deepest, depth + target.depth);
    const isTooMuch = nodeCount > NODE_COUNT_MAX || depth + target.depth > DEPTH_MAX;
    return isTooMuch ? overflow(origin, depth + target.depth) : { ...target.tree, origin };
  }

  /** Reported once: what follows it would only say the same. */
  function overflow(origin: Origin, depth: number): ScalarNode {
    const message =
      depth > DEPTH_MAX
        ? TOO_DEEP
        : `more than ${NODE_COUNT_MAX} values, counting what aliases stand for`;
    if (!problems.some((problem) => problem.message === message)) {
      problems.push(problemAt(origin, message));
    }
    return nothing(origin);
  }
}

function nothing(origin: Origin): ScalarNode {
  return { kind: 'scalar', value: null, origin, isPlain: true, hasFailed: false };
}

function isScalarValue(value: unknown): value is ScalarNode['value'] {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'NON_STRING_KEY') return 'a key must be a plain name, not a list or a map';
  if (code === 'TAG_RESOLVE_FAILED') return `tags are not part of the format: ${message}`;
  return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
