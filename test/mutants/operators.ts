import type { AnyNode, CallExpression, Expression, SpreadElement } from 'acorn';
import { atomicsMethodOf } from '../../src/explore/transform/syntax.ts';

/** A change of a text: what stands in place of one node, or of two neighbours. */
export interface Change {
  readonly operator: Operator;
  readonly from: string;
  readonly to: string;
  readonly edits: readonly { readonly node: AnyNode; readonly text: string }[];
}

/**
 * What is changed:
 *
 *     boundary     `<` for `<=`, and the like
 *     comparison   the opposite comparison
 *     condition    always, never, or the opposite; one side of && and ||, or the other of the two
 *     arithmetic   + for −, & for |, << for >>>, min for max, and so on
 *     constant     one more; true for false
 *     removal      a statement left out
 *     order        an atomic access and a neighbour, the other way round
 *     plain        an atomic operation by plain accesses
 *     split        one that reads and writes, as a load and a store
 *     exchange     compareExchange that expects or writes one more, or does not compare
 *     access       another atomic operation; an exchange that only reads
 *     return       another value: true for false, one more, nothing instead of something
 */
export const OPERATORS = [
  'boundary',
  'comparison',
  'condition',
  'arithmetic',
  'constant',
  'removal',
  'order',
  'plain',
  'split',
  'exchange',
  'access',
  'return',
] as const;
export type Operator = (typeof OPERATORS)[number];

const SIDES: readonly string[] = [
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'AssignmentExpression',
];

/** Makes any value another one; what runs mutants defines it. */
const OTHER_THAN = '$m.$otherThan';

const BOUNDARY: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const OPPOSITE: Readonly<Record<string, string>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '===': '!==',
  '!==': '===',
};
const ARITHMETIC: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '%': '+',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>>',
  '>>>': '<<',
  '>>': '<<',
};
const ASSIGNING: Readonly<Record<string, string>> = {
  '+=': '-=',
  '-=': '+=',
  '|=': '&=',
  '&=': '|=',
  '^=': '|=',
};
const OTHER_ACCESS: Readonly<Record<string, string>> = {
  add: 'sub',
  sub: 'add',
  or: 'and',
  and: 'or',
};
const SPLIT: Readonly<Record<string, (before: string, value: string) => string>> = {
  add: (before, value) => `${before} + ${value}`,
  sub: (before, value) => `${before} - ${value}`,
  and: (before, value) => `${before} & ${value}`,
  or: (before, value) => `${before} | ${value}`,
  xor: (before, value) => `${before} ^ ${value}`,
  exchange: (_before, value) => value,
};

/**
 * Every change of this one node, those of its children apart.
 *
 * @param isZero whether a text is known to stand for 0: to subtract it is to add it
 */
export function changesOf(
  node: AnyNode,
  parent: AnyNode | null,
  text: string,
  isZero: (text: string) => boolean,
): Change[] {
  const source = ({ start, end }: AnyNode) => text.slice(start, end);
  /** One side of an operator, which another operator may bind less than the old one did. */
  const side = (part: AnyNode) => (SIDES.includes(part.type) ? `(${source(part)})` : source(part));
  const oneLine = (part: string) => part.replace(/\s+/g, ' ');
  const changes: Change[] = [];
  const change = (operator: Operator, to: string, of: AnyNode = node) => {
    const from = source(of);
    if (from === to) return;
    changes.push({
      operator,
      from: oneLine(from),
      to: oneLine(to),
      edits: [{ node: of, text: to }],
    });
  };

  switch (node.type) {
    case 'BinaryExpression': {
      const by = (operator: Operator, sign: string | undefined) => {
        if (sign !== undefined) change(operator, `${side(node.left)} ${sign} ${side(node.right)}`);
      };
      by('boundary', BOUNDARY[node.operator]);
      by('comparison', OPPOSITE[node.operator]);
      if (!isZero(source(node.right))) by('arithmetic', ARITHMETIC[node.operator]);
      break;
    }
    case 'LogicalExpression':
      if (node.operator === '??') break;
      change('condition', source(node.left));
      change('condition', source(node.right));
      change(
        'condition',
        `${side(node.left)} ${node.operator === '&&' ? '||' : '&&'} ${side(node.right)}`,
      );
      break;
    case 'AssignmentExpression': {
      const sign = ASSIGNING[node.operator];
      if (sign !== undefined) {
        change('arithmetic', `${source(node.left)} ${sign} ${source(node.right)}`);
      }
      break;
    }
    case 'UpdateExpression': {
      const sign = node.operator === '++' ? '--' : '++';
      const of = source(node.argument);
      change('arithmetic', node.prefix ? `${sign}${of}` : `${of}${sign}`);
      break;
    }
    case 'Literal':
      if (isKey(node, parent)) break;
      if (typeof node.value === 'number') change('constant', `${node.value + 1}`);
      if (typeof node.value === 'boolean') change('constant', `${!node.value}`);
      break;
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement': {
      const { test } = node;
      if (test == null || test.type === 'Literal') break;
      change('condition', 'true', test);
      change('condition', 'false', test);
      if (test.type !== 'BinaryExpression') change('condition', opposite(test, source), test);
      break;
    }
    case 'ReturnStatement': {
      const value = node.argument;
      if (value == null) change('removal', '');
      else if (isWorthChanging(value)) change('return', `${OTHER_THAN}(${source(value)})`, value);
      break;
    }
    case 'ExpressionStatement':
      change('removal', '');
      break;
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'ThrowStatement':
      change('removal', '');
      break;
    case 'CallExpression':
      for (const [operator, to] of callChanges(node, source)) change(operator, to);
      break;
    case 'BlockStatement':
      changes.push(...orderChanges(node.body, source, oneLine));
      break;
    default:
  }
  return changes;
}

function isKey(node: AnyNode, parent: AnyNode | null): boolean {
  return parent?.type === 'Property' && parent.key === node;
}

function opposite(test: AnyNode, source: (node: AnyNode) => string): string {
  return test.type === 'UnaryExpression' && test.operator === '!'
    ? source(test.argument)
    : `!(${source(test)})`;
}

/** What has no changes of its own that make it another value. */
function isWorthChanging(value: AnyNode): boolean {
  if (value.type === 'Literal') return value.value === null;
  if (value.type === 'BinaryExpression') return OPPOSITE[value.operator] === undefined;
  return value.type !== 'LogicalExpression';
}

function* callChanges(
  node: CallExpression,
  source: (node: AnyNode) => string,
): Generator<readonly [Operator, string]> {
  const callee = source(node.callee);
  const texts = node.arguments.map((part: Expression | SpreadElement) => source(part));
  if (callee === 'Math.max') yield ['arithmetic', `Math.min(${texts.join(', ')})`];
  if (callee === 'Math.min') yield ['arithmetic', `Math.max(${texts.join(', ')})`];
  const method = atomicsMethodOf(node.callee as AnyNode);
  if (method === null) return;
  const [view, index, value, replacement] = texts as [string, string, string, string];
  const word = `${view}[${index}]`;
  const load = `Atomics.load(${view}, ${index})`;
  const store = (what: string) => `Atomics.store(${view}, ${index}, ${what})`;
  if (method === 'load') yield ['plain', word];
  if (method === 'store') yield ['plain', `${word} = ${value}`];
  const combine = SPLIT[method];
  if (combine !== undefined) {
    yield ['plain', `[${word}, ${word} = ${combine(word, value)}][0]`];
    yield ['split', `[${load}, ${store(combine(load, value))}][0]`];
  }
  const other = OTHER_ACCESS[method];
  if (other !== undefined) yield ['access', `Atomics.${other}(${texts.join(', ')})`];
  if (method === 'exchange') yield ['access', load];
  if (method === 'compareExchange') {
    yield ['plain', `(${word} === (${value}) ? (${word} = ${replacement}, ${value}) : ${word})`];
    yield ['split', `(${load} === (${value}) ? (${store(replacement)}, ${value}) : ${load})`];
    const call = (seen: string, to: string) => `${callee}(${view}, ${index}, ${seen}, ${to})`;
    // A number is changed as one.
    if (!isNumber(value)) yield ['exchange', call(`(${value}) + 1`, replacement)];
    if (!isNumber(replacement)) yield ['exchange', call(value, `(${replacement}) + 1`)];
    yield ['exchange', `Atomics.exchange(${view}, ${index}, ${replacement})`];
  }
}

function isNumber(text: string): boolean {
  return !Number.isNaN(Number(text));
}

/** Two statements in a row that are accesses to shared memory, the other way round. */
function orderChanges(
  body: readonly AnyNode[],
  source: (node: AnyNode) => string,
  oneLine: (text: string) => string,
): Change[] {
  const changes: Change[] = [];
  body.forEach((first, place) => {
    const second = body[place + 1];
    if (second === undefined || !isAccess(first) || !isAccess(second)) return;
    if (!isAtomic(first) && !isAtomic(second)) return;
    const swapped = `${source(second)} ${source(first)}`;
    changes.push({
      operator: 'order',
      from: oneLine(`${source(first)} ${source(second)}`),
      to: oneLine(swapped),
      edits: [
        { node: first, text: swapped },
        { node: second, text: '' },
      ],
    });
  });
  return changes;
}

function isAtomic(node: AnyNode): boolean {
  if (node.type !== 'ExpressionStatement' || node.expression.type !== 'CallExpression')
    return false;
  return atomicsMethodOf(node.expression.callee as AnyNode) !== null;
}

function isAccess(node: AnyNode): boolean {
  if (isAtomic(node)) return true;
  if (node.type !== 'ExpressionStatement') return false;
  const { expression } = node;
  return (
    expression.type === 'AssignmentExpression' &&
    expression.left.type === 'MemberExpression' &&
    expression.left.computed
  );
}
