import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Site } from '../access.ts';
import { functionKeyOf, type Hints, type Linkage } from './callee.ts';
import { InstrumentError } from './instrument-error.ts';
import { type ModuleSource, parseModule } from './module-source.ts';
import { renderModule } from './render-module.ts';
import { createRuntime, type Runtime } from './runtime.ts';
import { sourceLinesOf } from './source-lines.ts';
import { steppingKeysOf } from './stepping.ts';

/** A change of the text of a file before it is instrumented: a planted fault. */
export interface Patch {
  /** End of the path of the file. */
  readonly file: string;
  /** Found exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface InstrumentOptions {
  /** JavaScript modules whose accesses to shared memory are scheduling points. */
  readonly files: readonly (string | URL)[];
  /** Names of files in reports are relative to this folder; by default the working directory. */
  readonly root?: string;
  /** Functions that only wait; by default DEFAULT_HINTS. */
  readonly hints?: Hints;
  readonly patches?: readonly Patch[];
}

/** Modules that stop at every access to shared memory. */
export interface Instrumented {
  readonly sites: readonly Site[];
  /** Of all that the exploration depends on: texts, hints, patches. Schedules carry it. */
  readonly fingerprint: string;
  readonly runtime: Runtime;
  /** What the file exports, its functions now generators wherever they may touch shared memory. */
  exportsOf(file: string | URL): Readonly<Record<string, unknown>>;
}

export const DEFAULT_HINTS: Hints = { relax: 'until-changed', spin: 'look', delay: 'nothing' };

/**
 * Reads the files, renders them and links them with one another; whatever else they import is
 * loaded as it is, and must not be given shared memory. The files themselves are not touched.
 */
export async function instrument(options: InstrumentOptions): Promise<Instrumented> {
  const root = resolve(options.root ?? '.');
  const hints = options.hints ?? DEFAULT_HINTS;
  const paths = options.files.map(pathOf);
  const texts = new Map(paths.map((path) => [path, readText(path)]));
  for (const patch of options.patches ?? []) applyPatch(texts, patch);
  const modules = paths.map((path) => parsedOnce(path, texts.get(path) as string));
  const ordered = inOrderOfImport(modules);
  const outside = await loadOutside(modules);

  const linkage = linkageOf(modules, hints);
  const stepping = steppingKeysOf(modules, linkage);
  const sites: Site[] = [];
  const indexOf = new Map(ordered.map((module, index) => [module.path, index]));
  const bodies = ordered.map((module) =>
    renderModule(module, {
      linkage,
      stepping,
      sites,
      lines: sourceLinesOf(module.path, root),
      importText: (specifier) => {
        const index = indexOf.get(resolveImport(module, specifier));
        return index === undefined
          ? `$x_outside[${JSON.stringify(resolveImport(module, specifier))}]`
          : `$x_module${index}`;
      },
      isForeign: (name) => isForeign(module, name, indexOf),
    }),
  );
  const runtime = createRuntime((index) => {
    const site = sites[index];
    return `${site?.file}:${site?.line}:${site?.column}`;
  });
  const exported = evaluate(bodies, runtime, outside);
  return {
    sites,
    fingerprint: fingerprintOf(modules, hints, root),
    runtime,
    exportsOf: (file) => {
      const index = indexOf.get(pathOf(file));
      if (index === undefined) throw new InstrumentError(`${pathOf(file)} was not instrumented`);
      return exported[index] as Readonly<Record<string, unknown>>;
    },
  };
}

function pathOf(file: string | URL): string {
  return file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : resolve(file);
}

function readText(path: string): string {
  if (/\.[cm]?tsx?$/.test(path)) {
    throw new InstrumentError(`${path}: TypeScript is not read; name the JavaScript made from it`);
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw new InstrumentError(`${path}: cannot be instrumented: ${reason}`);
  }
}

/** The files as they are, by path: a mutant differs from them in one or two. */
const parsed = new Map<string, ModuleSource>();

function parsedOnce(path: string, text: string): ModuleSource {
  const known = parsed.get(path);
  if (known?.text === text) return known;
  const module = parseModule(path, text);
  if (known === undefined) parsed.set(path, module);
  return module;
}

function applyPatch(texts: Map<string, string>, patch: Patch): void {
  const paths = [...texts.keys()].filter((path) => path.endsWith(patch.file));
  const path = paths[0];
  if (path === undefined || paths.length > 1) {
    throw new InstrumentError(`${patch.file} is ${paths.length} of the instrumented files, not 1`);
  }
  const parts = (texts.get(path) as string).split(patch.find);
  if (parts.length !== 2) {
    throw new InstrumentError(
      `${patch.file} has ${parts.length - 1} times, not once: ${patch.find}`,
    );
  }
  texts.set(path, parts.join(patch.replace));
}

function specifiersOf(module: ModuleSource): string[] {
  return module.program.body.flatMap((node) => {
    const from = 'source' in node ? node.source : null;
    return from == null ? [] : [String(from.value)];
  });
}

/** The path of an import of ours, or the specifier of a package. */
function resolveImport(module: ModuleSource, specifier: string): string {
  return specifier.startsWith('.') ? resolve(dirname(module.path), specifier) : specifier;
}

/** Every module after those it imports. */
function inOrderOfImport(modules: readonly ModuleSource[]): ModuleSource[] {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const ordered: ModuleSource[] = [];
  const state = new Map<string, 'begun' | 'done'>();
  const add = (module: ModuleSource): void => {
    if (state.get(module.path) === 'done') return;
    if (state.get(module.path) === 'begun') {
      throw new InstrumentError(`${module.path}: imports itself by way of others`);
    }
    state.set(module.path, 'begun');
    for (const specifier of specifiersOf(module)) {
      const imported = byPath.get(resolveImport(module, specifier));
      if (imported !== undefined) add(imported);
    }
    state.set(module.path, 'done');
    ordered.push(module);
  };
  for (const module of modules) add(module);
  return ordered;
}

async function loadOutside(
  modules: readonly ModuleSource[],
): Promise<Readonly<Record<string, unknown>>> {
  const ours = new Set(modules.map(({ path }) => path));
  const outside: Record<string, unknown> = {};
  for (const module of modules) {
    for (const specifier of specifiersOf(module)) {
      const target = resolveImport(module, specifier);
      if (ours.has(target) || target in outside) continue;
      outside[target] = await imported(module, specifier, target);
    }
  }
  return outside;
}

/** A package is looked for from here, a file beside the module that names it. */
async function imported(
  { path }: ModuleSource,
  specifier: string,
  target: string,
): Promise<unknown> {
  try {
    return await import(specifier.startsWith('.') ? pathToFileURL(target).href : specifier);
  } catch (error) {
    throw new InstrumentError(`${path}: its import of ${specifier} failed: ${String(error)}`);
  }
}

function linkageOf(modules: readonly ModuleSource[], hints: Hints): Linkage {
  const keys = new Set(
    modules.flatMap((module) =>
      [...module.functions].map((key) =>
        key.startsWith('.') ? key : functionKeyOf(module.path, key),
      ),
    ),
  );
  return {
    hints,
    keys,
    importedKey: (module, name) => {
      for (const node of module.imports) {
        for (const specifier of node.specifiers) {
          if (specifier.local.name !== name || specifier.type !== 'ImportSpecifier') continue;
          const imported = specifier.imported.type === 'Identifier' ? specifier.imported.name : '';
          const path = resolveImport(module, String(node.source.value));
          const key = functionKeyOf(path, imported);
          return keys.has(key) ? key : null;
        }
      }
      return null;
    },
  };
}

/** A class from another instrumented module, or of this one, may be given shared memory. */
function isForeign(
  module: ModuleSource,
  name: string,
  indexOf: ReadonlyMap<string, number>,
): boolean {
  for (const node of module.imports) {
    if (!node.specifiers.some(({ local }) => local.name === name)) continue;
    return !indexOf.has(resolveImport(module, String(node.source.value)));
  }
  return name in globalThis;
}

function evaluate(
  bodies: readonly string[],
  runtime: Runtime,
  outside: Readonly<Record<string, unknown>>,
): unknown[] {
  const names = Object.keys(runtime.functions);
  const declarations = bodies.map((body, index) => `const $x_module${index} = ${body};`);
  const list = bodies.map((_, index) => `$x_module${index}`).join(', ');
  const text = `'use strict';\n${declarations.join('\n')}\nreturn [${list}];`;
  let bundle: (...args: unknown[]) => unknown[];
  try {
    bundle = new Function(...names, '$x_outside', text) as typeof bundle;
  } catch (error) {
    throw new InstrumentError(`what was rendered is no program: ${(error as Error).message}`);
  }
  return bundle(...Object.values(runtime.functions), outside);
}

function fingerprintOf(modules: readonly ModuleSource[], hints: Hints, root: string): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify(Object.entries(hints).sort()));
  for (const { path, text } of [...modules].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`\n${relative(root, path)}\n${text}`);
  }
  return hash.digest('hex').slice(0, 8);
}
