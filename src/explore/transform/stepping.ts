import type { AnyNode } from 'acorn';
import { calleeOf, type Linkage } from './callee.ts';
import type { ModuleSource, Unit } from './module-source.ts';
import { isElement, isFunction, walk } from './syntax.ts';

/**
 * Keys of the functions that may come by shared memory, themselves or by what they call. Judged by
 * name: where one method of a name steps, all methods of that name do, since a call does not say
 * which it will reach.
 */
export function steppingKeysOf(
  modules: readonly ModuleSource[],
  linkage: Linkage,
): ReadonlySet<string> {
  const callsOf = new Map<string, Set<string>>();
  const stepping = new Set<string>();
  for (const module of modules) {
    for (const unit of module.units.values()) {
      const key = keyOf(unit, module);
      const calls = callsOf.get(key) ?? new Set<string>();
      callsOf.set(key, calls);
      if (unit.mayStep && examine(unit, module, linkage, calls)) stepping.add(key);
    }
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const [key, calls] of callsOf) {
      if (stepping.has(key) || ![...calls].some((callee) => stepping.has(callee))) continue;
      stepping.add(key);
      grew = true;
    }
  }
  return stepping;
}

export function keyOf(unit: Unit, module: ModuleSource): string {
  return unit.key.startsWith('.') ? unit.key : `${module.path}#${unit.key}`;
}

/** True if the function itself touches what may be shared; adds what it calls to `calls`. */
function examine(unit: Unit, module: ModuleSource, linkage: Linkage, calls: Set<string>): boolean {
  let touches = false;
  walk(unit.node, (node: AnyNode) => {
    // A callback cannot step; the rendering of it says so where it matters.
    if (node !== unit.node && isFunction(node)) return false;
    if (isElement(node)) touches = true;
    if (node.type === 'CallExpression') {
      const callee = calleeOf(node, module, linkage);
      if (callee.kind === 'ours') calls.add(callee.key);
      else if (callee.kind === 'hint') touches ||= callee.meaning !== 'nothing';
      else if (callee.kind !== 'foreign') touches = true;
    }
    return true;
  });
  return touches;
}
