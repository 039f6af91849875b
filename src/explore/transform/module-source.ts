import { type AnyNode, type ImportDeclaration, type Program, parse } from 'acorn';
import { InstrumentError } from './instrument-error.ts';
import { isFunction, memberNameOf, walk } from './syntax.ts';

/** A function that can be made to step: one with a name by which others call it. */
export interface Unit {
  readonly node: AnyNode;
  /** How calls are matched with it: `.name` for methods, the plain name for functions. */
  readonly key: string;
  /** For people: `Class.method`. */
  readonly place: string;
  /** Constructors, accessors and field initialisers run in one go and can never step. */
  readonly mayStep: boolean;
}

/** One module as parsed, with what the transform must know of all of it. */
export interface ModuleSource {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly imports: readonly ImportDeclaration[];
  /** By function node. */
  readonly units: ReadonlyMap<AnyNode, Unit>;
  /** Names bound to something other than a function with that name. */
  readonly variables: ReadonlySet<string>;
  /** Private and public methods of each name that the module's classes and objects have. */
  readonly functions: ReadonlySet<string>;
  /** Private fields that only constructors write: what they hold does not change during a call. */
  readonly fixedFields: ReadonlySet<string>;
  /** `file:line:column`, as editors count. */
  at(node: AnyNode): string;
}

export function parseModule(path: string, text: string): ModuleSource {
  let program: Program;
  try {
    program = parse(text, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  } catch (error) {
    // The parser says where in parentheses, and counts columns from 0.
    const { message, loc } = error as SyntaxError & { loc: { line: number; column: number } };
    const reason = message.replace(/ \(\d+:\d+\)$/, '');
    throw new InstrumentError(`${path}:${loc.line}:${loc.column + 1}: no JavaScript: ${reason}`);
  }
  const units = new Map<AnyNode, Unit>();
  const variables = new Set<string>();
  collect(program, '', units, variables);
  return {
    path,
    text,
    program,
    imports: program.body.filter((node) => node.type === 'ImportDeclaration'),
    units,
    variables,
    functions: new Set([...units.values()].map(({ key }) => key)),
    fixedFields: fixedFieldsOf(program),
    at: ({ loc }) => `${path}:${loc?.start.line ?? 1}:${(loc?.start.column ?? 0) + 1}`,
  };
}

function collect(
  root: AnyNode,
  owner: string,
  units: Map<AnyNode, Unit>,
  variables: Set<string>,
): void {
  const add = (node: AnyNode, key: string, mayStep = true) => {
    const place = `${owner === '' ? '' : `${owner}.`}${key.replace(/^\./, '')}`;
    units.set(node, { node, key, place, mayStep });
  };
  walk(root, (node) => {
    switch (node.type) {
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.superClass != null) collect(node.superClass, owner, units, variables);
        collect(node.body, node.id?.name ?? 'class', units, variables);
        return false;
      case 'MethodDefinition': {
        const name = memberNameOf({ ...node, property: node.key } as never);
        if (name !== null) add(node.value, `.${name}`, node.kind === 'method');
        return true;
      }
      case 'Property':
        if (isFunction(node.value) && node.key.type === 'Identifier' && !node.computed) {
          add(node.value, `.${node.key.name}`, node.kind === 'init');
        }
        return true;
      case 'FunctionDeclaration':
        add(node, node.id?.name ?? 'function');
        for (const param of node.params) bind(param, variables);
        return true;
      case 'VariableDeclarator':
        if (node.init != null && isFunction(node.init) && node.id.type === 'Identifier') {
          add(node.init, node.id.name);
        } else bind(node.id, variables);
        return true;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        for (const param of node.params) bind(param, variables);
        return true;
      default:
        return true;
    }
  });
}

function bind(pattern: AnyNode, variables: Set<string>): void {
  walk(pattern, (node) => {
    if (node.type === 'Identifier') variables.add(node.name);
    return true;
  });
}

function fixedFieldsOf(program: AnyNode): ReadonlySet<string> {
  const fields = new Set<string>();
  const written = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'MethodDefinition' && node.kind === 'constructor') return false;
    if (node.type === 'PropertyDefinition' && node.key.type === 'PrivateIdentifier') {
      fields.add(node.key.name);
    }
    const target =
      node.type === 'AssignmentExpression'
        ? node.left
        : node.type === 'UpdateExpression'
          ? node.argument
          : null;
    if (target !== null) {
      walk(target, (inner) => {
        if (inner.type === 'PrivateIdentifier') written.add(inner.name);
        return inner.type !== 'MemberExpression' || !inner.computed;
      });
    }
    return true;
  });
  return new Set([...fields].filter((field) => !written.has(field)));
}
