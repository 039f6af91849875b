import type {
  AnyNode,
  AssignmentExpression,
  CallExpression,
  MemberExpression,
  NewExpression,
  UpdateExpression,
} from 'acorn';
import { Access, type AccessKind, type Site } from '../access.ts';
import { calleeOf, type Linkage } from './callee.ts';
import { InstrumentError } from './instrument-error.ts';
import type { ModuleSource, Unit } from './module-source.ts';
import type { SourceLines } from './source-lines.ts';
import { keyOf } from './stepping.ts';
import { ATOMICS, childrenOf, isElement, isFunction, walk } from './syntax.ts';

/**
 * Writes a module again with a stop before each access to shared memory.
 *
 * An access becomes a sequence: receiver, index and operands are evaluated first and in the order
 * of the language; `$x_at` tells the engine what is about to happen and the function yields; then,
 * when its turn comes, the access itself is made. Memory is not shared while exploring, so that
 * plain reads and writes stand for the atomic ones. What `$x_at` does not know as shared is left as
 * it was. A call that may step becomes `yield*`.
 *
 * Names that begin with `$x_` are ours; their meaning is in runtime.ts.
 */
export function renderModule(
  module: ModuleSource,
  context: {
    readonly linkage: Linkage;
    readonly stepping: ReadonlySet<string>;
    readonly lines: SourceLines;
    readonly sites: Site[];
    /** The expression that stands for what an import statement brings. */
    readonly importText: (specifier: string) => string;
    /** Whether a local name was imported from outside the instrumented modules, or is global. */
    readonly isForeign: (name: string) => boolean;
  },
): string {
  return new Renderer(module, context).render();
}

type Context = Parameters<typeof renderModule>[1];

const STATEMENTS_TO_END: readonly string[] = [
  'ExpressionStatement',
  'ReturnStatement',
  'ThrowStatement',
  'VariableDeclaration',
  'PropertyDefinition',
  'BreakStatement',
  'ContinueStatement',
];

/** What has no place in code that is explored, in words. */
const REFUSED = {
  YieldExpression: 'a generator of its own',
  AwaitExpression: 'await, since threads do not wait for promises',
  WithStatement: 'a with statement',
  TaggedTemplateExpression: 'a tagged template',
  ImportExpression: 'an import while it runs',
} as const;

const CHANGING_METHODS: readonly string[] = ['add', 'sub', 'and', 'or', 'xor', 'exchange'];

/** Methods that the language itself has on something; a call of that name may mean that one. */
const BUILT_IN_METHODS: ReadonlySet<string> = new Set(
  [Array, Map, Set, WeakMap, WeakSet, String, Number, RegExp, Promise, Function, Object, Int32Array]
    .flatMap((built) => [built.prototype, Object.getPrototypeOf(built.prototype) ?? {}, built])
    .flatMap((prototype) => Object.getOwnPropertyNames(prototype)),
);

const ARRAY_METHODS: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.getPrototypeOf(Int32Array.prototype)),
]);

/** One function being written: whether it may stop, and the temporaries it needs. */
interface Frame {
  readonly steps: boolean;
  readonly place: string;
  inUse: number;
  most: number;
}

class Renderer {
  readonly #module: ModuleSource;
  readonly #context: Context;
  #frame: Frame = { steps: false, place: '', inUse: 0, most: 0 };

  constructor(module: ModuleSource, context: Context) {
    this.#module = module;
    this.#context = context;
  }

  render(): string {
    const { text, program, path } = this.#module;
    if (text.includes('$x_')) {
      const line = text.slice(0, text.indexOf('$x_')).split('\n').length;
      throw new InstrumentError(`${path}:${line}:1: names with $x_ are taken`);
    }
    const exported: string[] = [];
    const body = program.body.map((node) => this.#topLevel(node, exported));
    return `(() => {\n${body.join('\n')}\nreturn { ${exported.join(', ')} };\n})()`;
  }

  #topLevel(node: AnyNode, exported: string[]): string {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.#import(node);
      case 'ExportNamedDeclaration': {
        if (node.source != null) {
          const from = this.#context.importText(String(node.source.value));
          for (const { exported: as, local } of node.specifiers) {
            exported.push(`${nameOf(as)}: ${from}.${nameOf(local)}`);
          }
          return '';
        }
        for (const { exported: as, local } of node.specifiers) {
          exported.push(`${nameOf(as)}: ${nameOf(local)}`);
        }
        if (node.declaration == null) return '';
        exported.push(...declaredNames(node.declaration));
        return this.#node(node.declaration);
      }
      case 'ExportDefaultDeclaration':
      case 'ExportAllDeclaration':
        return this.#refuse(node, 'only named exports can be instrumented');
      default:
        return this.#node(node);
    }
  }

  #import(node: AnyNode & { type: 'ImportDeclaration' }): string {
    const from = this.#context.importText(String(node.source.value));
    return node.specifiers
      .map((specifier) => {
        const local = specifier.local.name;
        if (specifier.type === 'ImportNamespaceSpecifier') return `const ${local} = ${from};`;
        const name =
          specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(specifier.imported);
        return `const { ${name}: ${local} } = ${from};`;
      })
      .join('\n');
  }

  #node(node: AnyNode): string {
    const text = this.#nodeText(node);
    // Where semicolons were left out, ours must not join two statements into a call.
    return STATEMENTS_TO_END.includes(node.type) && !text.endsWith(';') ? `${text};` : text;
  }

  #nodeText(node: AnyNode): string {
    if (isFunction(node)) return this.#function(node);
    switch (node.type) {
      case 'MethodDefinition':
        return this.#method(node);
      case 'PropertyDefinition':
        return this.#within({ steps: false, place: 'field' }, () => this.#copyOf(node)).text;
      case 'Property':
        return this.#property(node);
      case 'CallExpression':
        return this.#call(node);
      case 'NewExpression':
        return this.#new(node);
      case 'MemberExpression':
        return isElement(node) ? this.#read(node) : this.#member(node);
      case 'AssignmentExpression':
        return isElement(node.left) ? this.#assign(node, node.left) : this.#assignPlainly(node);
      case 'UpdateExpression':
        return isElement(node.argument) ? this.#update(node, node.argument) : this.#copyOf(node);
      case 'UnaryExpression':
        if (node.operator === 'delete' && isElement(node.argument)) {
          return this.#refuse(node, 'delete of an element');
        }
        return this.#copyOf(node);
      case 'VariableDeclarator':
        if (node.id.type === 'ArrayPattern' && node.init != null) {
          return `${this.#node(node.id)} = ${this.#plain(node.init)}`;
        }
        return this.#copyOf(node);
      case 'ForOfStatement':
        return this.#forOf(node);
      case 'ForStatement':
      case 'ForInStatement':
        return this.#loop(node);
      case 'SpreadElement':
        return `...${this.#plain(node.argument)}`;
      case 'ParenthesizedExpression':
        return `(${this.#node(node.expression)})`;
      case 'Identifier':
        if (node.name === ATOMICS) return this.#refuse(node, `${ATOMICS} other than in a call`);
        return node.name;
      case 'YieldExpression':
      case 'AwaitExpression':
      case 'WithStatement':
      case 'TaggedTemplateExpression':
      case 'ImportExpression':
        return this.#refuse(node, REFUSED[node.type]);
      case 'ChainExpression':
        return this.#chain(node);
      default:
        return this.#copyOf(node);
    }
  }

  /** The text of a node with its children rendered. */
  #copyOf(node: AnyNode): string {
    let text = '';
    let from = node.start;
    for (const child of childrenOf(node)) {
      text += this.#module.text.slice(from, child.start) + this.#node(child);
      from = child.end;
    }
    return text + this.#module.text.slice(from, node.end);
  }

  // Functions.

  #function(node: AnyNode): string {
    const unit = this.#module.units.get(node);
    if (!isFunction(node)) throw new InstrumentError('not a function');
    const steps = unit !== undefined && this.#steps(unit);
    if (!steps) {
      const place = unit?.place ?? 'callback';
      return this.#within({ steps: false, place }, () => this.#copyOf(node)).text;
    }
    if (node.type === 'ArrowFunctionExpression') this.#mustNotUseThis(node);
    const id = node.type === 'FunctionDeclaration' ? ` ${node.id?.name ?? ''}` : '';
    return `function*${id}${this.#generator(node, unit as Unit)}`;
  }

  /** Parameters and body of a function that steps. */
  #generator(node: AnyNode, unit: Unit): string {
    if (!isFunction(node)) throw new InstrumentError('not a function');
    if (node.async || node.generator) return this.#refuse(node, 'async functions and generators');
    const params = this.#within({ steps: false, place: unit.place }, () =>
      node.params.map((param) => this.#node(param)).join(', '),
    ).text;
    const body = this.#within({ steps: true, place: unit.place }, () => {
      if (node.body.type !== 'BlockStatement') return `return (${this.#node(node.body)});`;
      return node.body.body.map((statement) => this.#node(statement)).join('\n');
    });
    const names = Array.from({ length: body.most }, (_, index) => `$x_${index}`);
    const temporaries = names.length === 0 ? '' : `let ${names.join(', ')};\n`;
    return `(${params}) {\n${temporaries}${body.text}\n}`;
  }

  #method(node: AnyNode & { type: 'MethodDefinition' }): string {
    const unit = this.#module.units.get(node.value);
    if (unit === undefined || !this.#steps(unit)) return this.#copyOfMember(node, node.value);
    const name =
      node.key.type === 'PrivateIdentifier' ? `#${node.key.name}` : this.#keyText(node.key);
    const prefix = node.static ? 'static ' : '';
    return `${prefix}*${name}${this.#generator(node.value, unit)}`;
  }

  #property(node: AnyNode & { type: 'Property' }): string {
    const unit = this.#module.units.get(node.value);
    if (unit === undefined || !this.#steps(unit)) {
      return isFunction(node.value) ? this.#copyOfMember(node, node.value) : this.#copyOf(node);
    }
    if (node.value.type === 'ArrowFunctionExpression') this.#mustNotUseThis(node.value);
    return `*${this.#keyText(node.key)}${this.#generator(node.value, unit)}`;
  }

  /** A method that does not step: its head as it stands, its function without stops. */
  #copyOfMember(node: AnyNode, value: AnyNode): string {
    const unit = this.#module.units.get(value);
    const head = this.#module.text.slice(node.start, value.start);
    const place = unit?.place ?? '';
    return head + this.#within({ steps: false, place }, () => this.#copyOf(value)).text;
  }

  #steps(unit: Unit): boolean {
    return unit.mayStep && this.#context.stepping.has(keyOf(unit, this.#module));
  }

  #within(
    { steps, place }: { steps: boolean; place: string },
    write: () => string,
  ): { text: string; most: number } {
    const outer = this.#frame;
    this.#frame = { steps, place, inUse: 0, most: 0 };
    const text = write();
    const { most } = this.#frame;
    this.#frame = outer;
    return { text, most };
  }

  /** A generator cannot be an arrow, so it would have a `this` of its own. */
  #mustNotUseThis(node: AnyNode): void {
    walk(node, (inner) => {
      if (inner.type === 'ThisExpression') {
        this.#refuse(inner, 'an arrow function that uses `this` and touches shared memory');
      }
      return inner.type !== 'FunctionExpression' && inner.type !== 'ClassBody';
    });
  }

  // Accesses.

  #read(node: MemberExpression): string {
    if (!this.#frame.steps) {
      return `${this.#plain(node.object)}[${this.#node(node.property)}]`;
    }
    return this.#holding(() => {
      const view = this.#operand(node.object);
      const index = this.#operand(node.property);
      const stop = this.#stop(view, index, this.#site(node, Access.read));
      return `(${view.first}${index.first}${stop}, ${view.name}[${index.name}])`;
    });
  }

  #assign(node: AssignmentExpression, target: MemberExpression): string {
    if (!this.#frame.steps) {
      const left = `${this.#plain(target.object)}[${this.#node(target.property)}]`;
      return `${left} ${node.operator} (${this.#node(node.right)})`;
    }
    if (['&&=', '||=', '??='].includes(node.operator)) {
      return this.#refuse(node, `${node.operator} on an element`);
    }
    return this.#holding(() => {
      const view = this.#held(target.object);
      const index = this.#held(target.property);
      let before = '';
      if (node.operator !== '=') {
        const old = this.#temporary();
        const stop = this.#stop(view, index, this.#site(target, Access.read));
        before = `${stop}, ${old} = ${view.name}[${index.name}], `;
        const right = this.#node(node.right);
        const value = this.#temporary();
        const operator = node.operator.slice(0, -1);
        before += `${value} = ${old} ${operator} (${right}), `;
        return this.#write(node, view, index, value, before);
      }
      const value = this.#held(node.right);
      return this.#write(node, view, index, value.name, value.first);
    });
  }

  #write(node: AnyNode, view: Operand, index: Operand, value: string, before: string): string {
    const stop = this.#stop(view, index, this.#site(node, Access.write));
    const heads = `${view.first}${index.first}${before}`;
    return `(${heads}${stop}, ${view.name}[${index.name}] = ${value})`;
  }

  #update(node: UpdateExpression, target: MemberExpression): string {
    const by = node.operator === '++' ? '+ 1' : '- 1';
    if (!this.#frame.steps) {
      return `${node.prefix ? node.operator : ''}${this.#plain(target.object)}[${this.#node(
        target.property,
      )}]${node.prefix ? '' : node.operator}`;
    }
    return this.#holding(() => {
      const view = this.#held(target.object);
      const index = this.#held(target.property);
      const old = this.#temporary();
      const read = this.#stop(view, index, this.#site(node, Access.read));
      const write = this.#stop(view, index, this.#site(node, Access.write));
      const place = `${view.name}[${index.name}]`;
      const result = node.prefix ? `${old} ${by}` : old;
      return `(${view.first}${index.first}${read}, ${old} = ${place}, ${write}, ${place} = ${old} ${by}, ${result})`;
    });
  }

  #call(node: CallExpression): string {
    const { linkage } = this.#context;
    if (node.optional) return this.#refuse(node, 'an optional call');
    const callee = calleeOf(node, this.#module, linkage);
    switch (callee.kind) {
      case 'atomics':
        return this.#atomics(node, callee.method);
      case 'hint':
        return this.#hint(node, callee.meaning);
      case 'ours':
        return this.#callOurs(node, callee.key);
      case 'value':
        return this.#callValue(node);
      case 'foreign':
        return this.#callForeign(node, callee.name);
    }
  }

  #callOurs(node: CallExpression, key: string): string {
    if (!this.#context.stepping.has(key)) return this.#copyOf(node);
    // Any collection has a `set` or an `add`: what came back says which was meant.
    if (BUILT_IN_METHODS.has(key.slice(1)) && key.startsWith('.')) return this.#callValue(node);
    if (!this.#frame.steps) {
      return this.#refuse(
        node,
        `a call that touches shared memory, from a callback, constructor, accessor or top level`,
      );
    }
    return `(yield* ${this.#copyOf(node)})`;
  }

  /** Whether it steps is known when it has been called. */
  #callValue(node: CallExpression): string {
    const call = this.#copyOf(node);
    if (!this.#frame.steps) return `$x_still(${call}, ${JSON.stringify(this.#module.at(node))})`;
    return this.#holding(() => {
      const result = this.#temporary();
      const site = this.#site(node, Access.copy);
      const head = `$x_port[${PORT_CALL}] = ${site}`;
      return `(${head}, ${result} = ${call}, $x_steps(${result}) ? yield* ${result} : ${result})`;
    });
  }

  #callForeign(node: CallExpression, name: string): string {
    const { callee } = node;
    if (callee.type === 'MemberExpression') {
      const isMath = callee.object.type === 'Identifier' && callee.object.name === 'Math';
      if (isMath) return this.#copyOf(node);
      const receiver = ARRAY_METHODS.has(name)
        ? `${this.#plain(callee.object)}.${name}`
        : this.#node(callee);
      return `${receiver}(${this.#plainArguments(node)})`;
    }
    const head = callee.type === 'Super' ? 'super' : this.#node(callee);
    return `${head}(${this.#plainArguments(node)})`;
  }

  #new(node: NewExpression): string {
    const isOutside =
      node.callee.type === 'Identifier' && this.#context.isForeign(node.callee.name);
    if (!isOutside) return this.#copyOf(node);
    return `new (${this.#node(node.callee)})(${this.#plainArguments(node)})`;
  }

  #plainArguments(node: CallExpression | NewExpression): string {
    return node.arguments
      .map((argument) =>
        argument.type === 'Identifier' || argument.type === 'MemberExpression'
          ? this.#plain(argument)
          : argument.type === 'SpreadElement'
            ? this.#node(argument)
            : `(${this.#node(argument)})`,
      )
      .join(', ');
  }

  #atomics(node: CallExpression, method: string): string {
    if (!this.#frame.steps)
      return this.#refuse(node, `${ATOMICS} outside a function that can stop`);
    if (method === 'wait') return this.#wait(node);
    if (method === 'notify') return this.#notify(node);
    if (method === 'pause' || method === 'isLockFree') {
      return this.#refuse(node, `${ATOMICS}.${method}: name a hint for it`);
    }
    const kind =
      method === 'load'
        ? Access.load
        : method === 'store'
          ? Access.store
          : CHANGING_METHODS.includes(method)
            ? Access.change
            : method === 'compareExchange'
              ? Access.attempt
              : null;
    if (kind === null) return this.#refuse(node, `${ATOMICS}.${method}`);
    return this.#holding(() => {
      const [view, index, ...values] = this.#operands(node);
      if (view === undefined || index === undefined) return this.#refuse(node, 'no view and index');
      let heads = [view, index, ...values].map(({ first }) => first).join('');
      if (kind === Access.attempt) heads += `$x_port[${PORT_SEEN}] = ${values[0]?.name}, `;
      const stop = this.#stop(view, index, this.#site(node, kind));
      const names = [view, index, ...values].map(({ name }) => name).join(', ');
      return `(${heads}${stop}, $x_${method}(${names}))`;
    });
  }

  #hint(node: CallExpression, meaning: 'until-changed' | 'look' | 'nothing'): string {
    if (meaning === 'nothing') return this.#copyOf(node);
    if (!this.#frame.steps) return this.#refuse(node, 'waiting outside a function that can stop');
    const kind = meaning === 'look' ? Access.look : Access.until;
    return this.#holding(() => {
      const [view, index, seen, ...rest] = this.#operands(node);
      if (view === undefined || index === undefined || seen === undefined) {
        return this.#refuse(node, 'a hint is called with view, index and what was seen');
      }
      const heads = [view, index, seen, ...rest].map(({ first }) => first).join('');
      const stop = this.#stop(view, index, this.#site(node, kind));
      const result =
        meaning === 'look' ? `$x_load(${view.name}, ${index.name}) !== ${seen.name}` : '1';
      return `(${heads}$x_port[${PORT_SEEN}] = ${seen.name}, ${stop}, ${result})`;
    });
  }

  #wait(node: CallExpression): string {
    return this.#holding(() => {
      const [view, index, seen, timeout] = this.#operands(node);
      if (view === undefined || index === undefined || seen === undefined) {
        return this.#refuse(node, 'wait needs view, index and value');
      }
      const heads = [view, index, seen].map(({ first }) => first).join('');
      const site = this.#site(node, Access.wait);
      const limit = timeout === undefined ? 'Infinity' : timeout.name;
      const ask = `$x_wait(${view.name}, ${index.name}, ${seen.name}, ${limit}, ${site})`;
      return `(${heads}${timeout?.first ?? ''}${ask}, yield)`;
    });
  }

  #notify(node: CallExpression): string {
    return this.#holding(() => {
      const [view, index, count] = this.#operands(node);
      if (view === undefined || index === undefined) return this.#refuse(node, 'no view and index');
      const site = this.#site(node, Access.notify);
      const ask = `$x_notify(${view.name}, ${index.name}, ${count?.name ?? 'Infinity'}, ${site})`;
      return `(${view.first}${index.first}${count?.first ?? ''}${ask}, yield)`;
    });
  }

  // Everything else that could reach shared memory unseen.

  #member(node: MemberExpression): string {
    if (node.optional) return this.#refuse(node, 'optional access');
    return this.#copyOf(node);
  }

  #chain(node: AnyNode): string {
    walk(node, (inner) => {
      if (isElement(inner)) this.#refuse(inner, 'optional access to an element');
      if (inner.type === 'CallExpression') this.#refuse(inner, 'an optional call');
      return true;
    });
    return this.#module.text.slice(node.start, node.end);
  }

  #assignPlainly(node: AssignmentExpression): string {
    if (node.left.type === 'ArrayPattern') {
      return `${this.#node(node.left)} = ${this.#plain(node.right)}`;
    }
    return this.#copyOf(node);
  }

  #forOf(node: AnyNode & { type: 'ForOfStatement' }): string {
    if (node.await) return this.#refuse(node, 'for await');
    const left = this.#headOf(node.left);
    return `for (${left} of ${this.#plain(node.right)}) ${this.#node(node.body)}`;
  }

  #loop(node: AnyNode & { type: 'ForStatement' | 'ForInStatement' }): string {
    if (node.type === 'ForInStatement') {
      return `for (${this.#headOf(node.left)} in ${this.#plain(node.right)}) ${this.#node(node.body)}`;
    }
    const init = node.init == null ? '' : this.#headOf(node.init);
    const test = node.test == null ? '' : this.#node(node.test);
    const update = node.update == null ? '' : this.#node(node.update);
    return `for (${init}; ${test}; ${update}) ${this.#node(node.body)}`;
  }

  /** A declaration in the head of a loop ends without a semicolon. */
  #headOf(node: AnyNode): string {
    return this.#nodeText(node);
  }

  /** An expression that must not be shared memory, since what is done to it is not seen. */
  #plain(node: AnyNode): string {
    return `$x_plain((${this.#node(node)}), ${JSON.stringify(this.#module.at(node))})`;
  }

  #keyText(node: AnyNode): string {
    if (node.type === 'Identifier') return node.name;
    if (node.type === 'Literal') return JSON.stringify(node.value);
    return this.#refuse(node, 'a method with a computed name');
  }

  #refuse(node: AnyNode, what: string): never {
    throw new InstrumentError(`${this.#module.at(node)}: cannot be instrumented: ${what}`);
  }

  // Operands and temporaries.

  /** Temporaries taken while `write` runs are free again after it. */
  #holding(write: () => string): string {
    const { inUse } = this.#frame;
    const text = write();
    this.#frame.inUse = inUse;
    return text;
  }

  #temporary(): string {
    const frame = this.#frame;
    const name = `$x_${frame.inUse++}`;
    frame.most = Math.max(frame.most, frame.inUse);
    return name;
  }

  #operands(node: CallExpression): Operand[] {
    if (node.arguments.some((argument) => argument.type === 'SpreadElement')) {
      return this.#refuse(node, 'a spread of operands');
    }
    return node.arguments.map((argument) => this.#held(argument));
  }

  /** The last thing evaluated before the stop: simple enough, it needs no temporary. */
  #operand(node: AnyNode): Operand {
    return this.#isFixed(node) || node.type === 'Identifier'
      ? { first: '', name: this.#node(node) }
      : this.#held(node);
  }

  #held(node: AnyNode): Operand {
    if (this.#isFixed(node)) return { first: '', name: this.#node(node) };
    const text = this.#node(node);
    const name = this.#temporary();
    return { first: `${name} = (${text}), `, name };
  }

  /** Nothing evaluated in between can change it: a literal, or a field that stays as it is. */
  #isFixed(node: AnyNode): boolean {
    if (node.type === 'Literal') return true;
    return (
      node.type === 'MemberExpression' &&
      node.object.type === 'ThisExpression' &&
      node.property.type === 'PrivateIdentifier' &&
      this.#module.fixedFields.has(node.property.name)
    );
  }

  #stop(view: Operand, index: Operand, site: number): string {
    return `$x_at(${view.name}, ${index.name}, ${site}) && (yield)`;
  }

  #site(node: AnyNode, kind: AccessKind): number {
    const { lines, sites } = this.#context;
    const { line, column } = node.loc?.start ?? { line: 0, column: 0 };
    sites.push({
      kind,
      file: lines.file,
      ...lines.placeOf(line, column),
      place: this.#frame.place,
      text: this.#module.text.slice(node.start, node.end).replace(/\s+/g, ' '),
    });
    return sites.length - 1;
  }
}

/** What an access is made with: evaluated `first`, then called by `name`. */
interface Operand {
  readonly first: string;
  readonly name: string;
}

/** Places of the port that rendered code writes itself; see runtime.ts. */
const PORT_SEEN = 2;
const PORT_CALL = 4;

function nameOf(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'Literal' ? String(node.value) : '';
}

function declaredNames(node: AnyNode): string[] {
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    return [node.id?.name ?? ''];
  }
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
}
