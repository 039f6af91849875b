import type { AnyNode } from 'acorn';
import { childrenOf, isFunction } from '../../src/explore/transform/syntax.ts';
import type { GeneratedMutant, MutatedFile } from './mutant.ts';

/**
 * The text of a file in which each of its mutants can be switched on: `$m.on` is the number of the
 * mutant that is, 0 for none. Every function counts its entry and every loop its turns, so that
 * what goes on for ever comes to an end, and so that it is known which tests come where.
 *
 * What is evaluated when a file is loaded is evaluated again at each switch if `reloads` is set:
 * its names are read anew wherever they are used. The explorer links modules in its own way, and
 * has no such mutants.
 */
export function schemataOf(
  mutated: MutatedFile,
  { sleeps = false, reloads = false }: { readonly sleeps?: boolean; readonly reloads?: boolean },
): string {
  const { text, program, units, mutants } = mutated;
  const editsOf = new Map<AnyNode, { readonly id: number; readonly text: string }[]>();
  for (const mutant of mutants) {
    if (mutant.unit < 0 && !isField(program, mutant) && !reloads) continue;
    for (const { node, text: to } of mutant.edits) {
      const edits = editsOf.get(node) ?? [];
      editsOf.set(node, edits);
      edits.push({ id: mutant.id, text: to });
    }
  }

  const splice = (node: AnyNode): string => {
    let rendered = '';
    let at = node.start;
    for (const child of childrenOf(node)) {
      rendered += text.slice(at, child.start) + render(child, node);
      at = child.end;
    }
    return rendered + text.slice(at, node.end);
  };
  const render = (node: AnyNode, parent: AnyNode | null): string => {
    const base =
      sleeps && text.slice(node.start, node.end) === 'Atomics.wait' ? '$m.$sleep' : splice(node);
    const edited = withEdits(node, base);
    // Counted whatever has become of it: a loop whose only statement is left out may never end.
    if (parent !== null && isFunction(parent) && parent.body === node) {
      const enter = `$m.$enter(${units.get(parent)})`;
      return node.type === 'BlockStatement' ? `{ ${enter}; ${edited} }` : `(${enter}, ${edited})`;
    }
    if (parent !== null && isLoop(parent) && parent.body === node) {
      return `{ $m.$turn(); ${edited} }`;
    }
    return edited;
  };
  const withEdits = (node: AnyNode, base: string): string => {
    const edits = editsOf.get(node) ?? [];
    const isStatement = node.type.endsWith('Statement');
    return edits.reduceRight(
      (otherwise, edit) =>
        isStatement
          ? `if ($m.on === ${edit.id}) { ${edit.text} } else { ${otherwise} }`
          : `($m.on === ${edit.id} ? (${edit.text}) : (${otherwise}))`,
      base,
    );
  };
  const topLevel = (node: AnyNode): string => {
    // Names of what is imported would stand twice: as they are there, and as they are here.
    if (node.type === 'ImportDeclaration') return text.slice(node.start, node.end);
    const declaration = node.type === 'ExportNamedDeclaration' ? node.declaration : node;
    const base = render(node, program);
    if (!reloads || declaration?.type !== 'VariableDeclaration') return base;
    const [declarator] = declaration.declarations;
    if (declarator?.init == null || declaration.declarations.length > 1) return base;
    if (![...editsOf.keys()].some((edited) => isWithin(edited, declarator.init as AnyNode))) {
      return base;
    }
    const init = render(declarator.init, declarator);
    const exported = node.type === 'ExportNamedDeclaration' ? 'export ' : '';
    const name = text.slice(declarator.id.start, declarator.id.end);
    return `${exported}let ${name} = ${init}; $m.$watch(() => { ${name} = ${init}; });`;
  };
  const body = (program as AnyNode & { body: AnyNode[] }).body.map(topLevel).join('\n');
  return `const $m = globalThis.$mutants;\n${body}\n`;
}

/** Whether it stands in the initial value of a field, which is evaluated for each object. */
function isField(program: AnyNode, { edits }: GeneratedMutant): boolean {
  const [edit] = edits;
  let isThere = false;
  const visit = (node: AnyNode, within: boolean): void => {
    if (node === edit?.node) isThere = within;
    for (const child of childrenOf(node)) {
      visit(child, within || (node.type === 'PropertyDefinition' && !node.static));
    }
  };
  visit(program, false);
  return isThere;
}

function isWithin(inner: AnyNode, outer: AnyNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function isLoop(node: AnyNode): node is AnyNode & { readonly body: AnyNode } {
  return (
    node.type === 'ForStatement' ||
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement' ||
    node.type === 'ForOfStatement'
  );
}
