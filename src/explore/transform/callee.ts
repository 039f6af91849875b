import type { AnyNode, CallExpression } from 'acorn';
import type { ModuleSource } from './module-source.ts';
import { atomicsMethodOf, memberNameOf } from './syntax.ts';

/** What calls of a waiting hint mean to the explorer; see Hints. */
export type HintMeaning = 'until-changed' | 'look' | 'nothing';

/**
 * Functions by name that stand for waiting, called as name(view, index, seen):
 *
 *     until-changed   returns once the word is no longer what was seen
 *     look            looks once, returns whether the word has changed
 *     nothing         lets time pass and touches no shared memory
 *
 * They are not instrumented: what they do to pass the time is no part of the protocol.
 */
export type Hints = Readonly<Record<string, HintMeaning>>;

/** What a call leads to, as far as the text says. */
export type Callee =
  | { readonly kind: 'atomics'; readonly method: string }
  | { readonly kind: 'hint'; readonly meaning: HintMeaning }
  /** A function or method of the instrumented modules, by its key. */
  | { readonly kind: 'ours'; readonly key: string }
  /** A function held in a variable or field: known only when it is called. */
  | { readonly kind: 'value' }
  /** Something outside, by the name of the method or function. */
  | { readonly kind: 'foreign'; readonly name: string };

/** All that a module's calls are judged by. */
export interface Linkage {
  readonly hints: Hints;
  /** Keys of every unit of every instrumented module. */
  readonly keys: ReadonlySet<string>;
  /** Local name -> key of the function it was imported as. */
  importedKey(module: ModuleSource, name: string): string | null;
}

export function functionKeyOf(path: string, name: string): string {
  return `${path}#${name}`;
}

export function calleeOf(call: CallExpression, module: ModuleSource, linkage: Linkage): Callee {
  const callee = call.callee as AnyNode;
  const method = atomicsMethodOf(callee);
  if (method !== null) return { kind: 'atomics', method };
  if (callee.type === 'Identifier') {
    const meaning = Object.hasOwn(linkage.hints, callee.name) ? linkage.hints[callee.name] : null;
    if (meaning != null) return { kind: 'hint', meaning };
    if (module.variables.has(callee.name)) return { kind: 'value' };
    const own = functionKeyOf(module.path, callee.name);
    if (linkage.keys.has(own)) return { kind: 'ours', key: own };
    const imported = linkage.importedKey(module, callee.name);
    if (imported !== null) return { kind: 'ours', key: imported };
    return { kind: 'foreign', name: callee.name };
  }
  if (callee.type === 'MemberExpression') {
    const name = memberNameOf(callee);
    if (name === null) return { kind: 'value' };
    if (linkage.keys.has(`.${name}`)) return { kind: 'ours', key: `.${name}` };
    return name.startsWith('#') ? { kind: 'value' } : { kind: 'foreign', name };
  }
  return callee.type === 'Super' ? { kind: 'foreign', name: 'super' } : { kind: 'value' };
}
