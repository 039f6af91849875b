import type { AnyNode, Function as FunctionNode, MemberExpression } from 'acorn';

/** Children of a node in the order of the text. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const [key, value] of Object.entries(node)) {
    // `{ name }` has one range for key and value.
    if (node.type === 'Property' && node.shorthand && key === 'key') continue;
    if (Array.isArray(value)) children.push(...value.filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  return children.sort((one, other) => one.start - other.start);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** Calls `visit` for the node and all below it, except below those for which it returns false. */
export function walk(node: AnyNode, visit: (node: AnyNode) => boolean): void {
  if (!visit(node)) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

export function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

/** `Atomics.name(...)`: the name, or null. */
export function atomicsMethodOf(callee: AnyNode): string | null {
  if (callee.type !== 'MemberExpression' || callee.computed) return null;
  if (callee.object.type !== 'Identifier' || callee.object.name !== ATOMICS) return null;
  return callee.property.type === 'Identifier' ? callee.property.name : null;
}

export const ATOMICS = 'Atomics';

/** `x[i]` where i is not a literal string: possibly a word of shared memory. */
export function isElement(node: AnyNode): node is MemberExpression {
  if (node.type !== 'MemberExpression' || !node.computed) return false;
  return !(node.property.type === 'Literal' && typeof node.property.value === 'string');
}

/** The name after the dot, with its # if private; null for `x[i]`. */
export function memberNameOf(node: MemberExpression): string | null {
  if (node.computed) return null;
  if (node.property.type === 'PrivateIdentifier') return `#${node.property.name}`;
  return node.property.type === 'Identifier' ? node.property.name : null;
}
