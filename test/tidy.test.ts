import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * Those rules of the house that a program can check. The sources are read as text.
 *
 * Goal: what a reader may rely on stays true: which way data flows, where shared memory is touched,
 * that every check has been seen to fail, that every file is used.
 *
 * Not covered: whether a sentence is true, and whether an offset was calculated where it should not
 * have been.
 */
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const LINE_WIDTH = 100;

interface Rule {
  /** Our own modules, besides those of the same folder: a folder, or one file of it. */
  readonly ours: readonly string[];
  /** Packages; `node:*` stands for all that Node brings. */
  readonly packages: readonly string[];
}

const ANY: readonly string[] = ['*'];

/** Who may import whom. The key is a folder or file of src, or `workers`. */
const IMPORTS: Readonly<Record<string, Rule>> = {
  units: { ours: [], packages: [] },
  errors: { ours: [], packages: [] },
  clock: { ours: [], packages: ['node:*'] },
  random: { ours: ['errors'], packages: [] },
  scenario: { ours: ['errors', 'units'], packages: ['yaml', 'zod', 'node:*'] },
  version: { ours: [], packages: ['node:*'] },
  metadata: { ours: [], packages: [] },
  memory: { ours: ['metadata', 'record/histogram', 'scenario/plan', 'errors'], packages: [] },
  lock: { ours: ['memory', 'scenario/plan'], packages: [] },
  device: { ours: ['lock', 'memory', 'metadata', 'scenario/plan'], packages: [] },
  crash: {
    ours: ['device', 'memory', 'metadata', 'record', 'scenario/plan', 'random'],
    packages: [],
  },
  record: { ours: ['memory', 'scenario/plan', 'errors'], packages: ['hdr-histogram-js'] },
  target: { ours: ['device', 'lock', 'memory', 'scenario/plan'], packages: [] },
  load: {
    ours: [
      'device',
      'target',
      'lock',
      'record',
      'memory',
      'scenario/plan',
      'clock',
      'random',
      'errors',
    ],
    packages: [],
  },
  check: { ours: ['record', 'scenario/plan'], packages: [] },
  explore: {
    ours: [
      'crash',
      'device',
      'lock',
      'memory',
      'metadata',
      'record',
      'scenario/plan',
      'clock',
      'random',
      'errors',
    ],
    packages: ['acorn', 'node:*'],
  },
  stress: {
    ours: [
      'explore',
      'load',
      'device',
      'lock',
      'memory',
      'record',
      'scenario/plan',
      'clock',
      'random',
    ],
    packages: ['node:*'],
  },
  statistics: { ours: ['random'], packages: [] },
  search: { ours: ['scenario/plan'], packages: [] },
  overhead: {
    ours: [
      'device',
      'target',
      'lock',
      'memory',
      'load/scatter',
      'record/run-record',
      'report/folder',
      'statistics',
      'scenario/plan',
      'clock',
      'random',
      'units',
      'errors',
    ],
    packages: ['node:*'],
  },
  report: {
    ours: ['record', 'check', 'scenario', 'search', 'statistics', 'units', 'errors'],
    packages: ANY,
  },
  compare: {
    ours: ['report', 'record', 'scenario', 'statistics', 'random', 'units', 'errors'],
    packages: ['node:*', 'tinyglobby'],
  },
  workers: {
    ours: [
      'load',
      'explore',
      'stress',
      'overhead',
      'device',
      'lock',
      'memory',
      'record',
      'scenario/plan',
      'clock',
    ],
    packages: ['piscina', 'node:*'],
  },
  coordinator: { ours: ANY, packages: ANY },
  run: { ours: ANY, packages: ANY },
  library: { ours: ANY, packages: ANY },
  sweep: {
    ours: [
      'report',
      'record',
      'run',
      'scenario',
      'statistics',
      'random',
      'units',
      'errors',
      'version',
    ],
    packages: ['zod', 'node:*'],
  },
  queue: {
    ours: ['sweep', 'report', 'run', 'coordinator', 'scenario', 'errors', 'version'],
    packages: ['bullmq', 'ioredis', 'zod', 'node:*'],
  },
  cli: { ours: ANY, packages: ANY },
};

/** Whoever may import anything may still not import these: they are the two ends. */
const ENDS: readonly string[] = ['cli', 'workers'];

/** What a folder may import types from, and nothing that runs. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  overhead: ['record/run-record'],
  check: ['record'],
  report: ['check'],
};

interface Exception {
  readonly file: string;
  /** What it may import, or which word it may use. */
  readonly what: string;
  readonly reason: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    file: 'src/load/trace/trace-file.ts',
    what: 'node:fs',
    reason: 'a trace is streamed from its file: before the load, and by a thread of its own',
  },
  {
    file: 'src/load/trace/trace-file.ts',
    what: 'node:crypto',
    reason: 'the digest that says which recording was replayed',
  },
  {
    file: 'src/explore/confirm/scheduled-turns.ts',
    what: 'Atomics',
    reason: 'it stands in for Atomics, so that real threads follow a schedule',
  },
];

/** Words that code outside these folders (or inside them) must not use. */
const WORDS: readonly {
  readonly word: RegExp;
  /** By which name files may be excepted. */
  readonly name?: string;
  readonly rule: string;
  readonly forbiddenIn: (file: string) => boolean;
}[] = [
  {
    word: /\bAtomics\b/,
    name: 'Atomics',
    rule: 'Atomics only in lock, device, memory and record',
    forbiddenIn: (file) =>
      isProduct(file) && !['lock', 'device', 'memory', 'record'].includes(folderOf(file)),
  },
  {
    word: /\bMath\.random\b|\bDate\b|\bperformance\b|\bprocess\.hrtime\b|\bhrtime\b/,
    rule: 'no clock and no chance in lock and device',
    forbiddenIn: isModelled,
  },
  { word: /\bcatch\b/, rule: 'no catch in lock and device', forbiddenIn: isModelled },
  {
    word: /\bexport\s+default\b|\bas\s+default\b/,
    rule: 'no default export but in workers',
    forbiddenIn: (file) => isProduct(file) && folderOf(file) !== 'workers',
  },
];

interface Source {
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked out, line for line. */
  readonly code: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly specifier: string;
  /** Named by `new URL()`: started as a program of its own, or read, and not part of this one. */
  readonly isUrl: boolean;
  readonly isTypeOnly: boolean;
  readonly line: number;
}

/** What is not code, longest first where two could begin alike. */
const TOKEN = new RegExp(
  [
    /\/\/[^\n]*/, // comment to the end of the line
    /\/\*[\s\S]*?\*\//, // comment
    /'(?:[^'\\\n]|\\.)*'/, // strings
    /"(?:[^"\\\n]|\\.)*"/,
    /(?<=[=(,:[!&|?{};\n]\s*|return\s)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/,
    /`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*`/, // templates; one with a hole is left as it is
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

const paths = ['src', 'workers', 'test'].flatMap(filesUnder);
const sourcePaths = new Set(paths);
const sources = paths.map(readSource);
const product = sources.filter(({ path }) => isProduct(path));

function isProduct(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('workers/');
}

function isModelled(path: string): boolean {
  return isProduct(path) && ['lock', 'device'].includes(folderOf(path));
}

/** The key of the import table: a folder of src, a file of src without its ending, or `workers`. */
function folderOf(path: string): string {
  const [top, second = ''] = path.split('/');
  return top === 'workers' ? 'workers' : second.replace(/\.ts$/, '');
}

function filesUnder(folder: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return entries
    .map((entry) => `${folder}/${entry.replaceAll('\\', '/')}`)
    .filter((path) => /\.[jt]s$/.test(path) && !path.endsWith('.d.ts'))
    .sort();
}

function readSource(path: string): Source {
  const text = readFileSync(`${ROOT}/${path}`, 'utf8');
  const code = codeOf(text);
  return { path, text, code, imports: importsOf(text, code) };
}

function codeOf(text: string): string {
  return text.replace(TOKEN, (token) => {
    const isString = /^['"`]/.test(token);
    const blank = token.replace(/[^\n]/g, ' ');
    return isString ? `${token[0]}${blank.slice(2)}${token[0]}` : blank;
  });
}

/** Static imports, re-exports, dynamic imports, and `new URL('./x.ts', import.meta.url)`. */
function importsOf(text: string, code: string): Import[] {
  const found: Import[] = [];
  const patterns = [
    /^[ \t]*(?:import|export)(\s+type\b)?(?:[^'";]*?\bfrom)?\s*(['"])/gm,
    /\bimport\(\s*()(['"])/g,
    /\bnew\s+URL\(\s*()(['"])/g,
  ];
  for (const [index, pattern] of patterns.entries()) {
    for (const match of code.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const specifier = text.slice(start, text.indexOf(match[2] as string, start));
      const isTypeOnly = match[1] !== undefined && match[1] !== '';
      const opening = match.index + (match[0].match(/^\s*/) as RegExpMatchArray)[0].length;
      const onlyTypes =
        isTypeOnly || /\{\s*(?:type\s+\w+(?:\s+as\s+\w+)?\s*,?\s*)+\}/.test(match[0]);
      const isUrl = index === 2;
      found.push({ specifier, isUrl, isTypeOnly: onlyTypes, line: lineAt(text, opening) });
    }
  }
  return found;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Path of an imported file of ours, or null for a package. */
function targetOf(source: Source, { specifier }: Import): string | null {
  if (!specifier.startsWith('.')) return null;
  const path = posix.normalize(posix.join(posix.dirname(source.path), specifier));
  // Threads are started from what is built: a file that ends in .js here ends in .ts there.
  return sourcePaths.has(path) ? path : path.replace(/\.js$/, '.ts');
}

/** `src/scenario/plan.ts` as the table has it: `scenario/plan`. */
function moduleOf(path: string): string {
  return path.replace(/^src\//, '').replace(/\.ts$/, '');
}

function isExcepted(file: string, what: string): boolean {
  return EXCEPTIONS.some((exception) => exception.file === file && exception.what === what);
}

function violationsOfImport(source: Source, imported: Import): string[] {
  const folder = folderOf(source.path);
  const rule = IMPORTS[folder];
  const at = `${source.path}:${imported.line}`;
  if (rule === undefined || imported.isUrl) return [];
  const target = targetOf(source, imported);
  if (target === null) {
    const name = imported.specifier.startsWith('node:') ? 'node:*' : imported.specifier;
    const isAllowed = rule.packages === ANY || rule.packages.includes(name);
    if (isAllowed || isExcepted(source.path, imported.specifier)) return [];
    return [`${at}: ${folder} may not import the package ${imported.specifier}`];
  }
  const targetFolder = folderOf(target);
  const name = moduleOf(target);
  if (targetFolder === folder || isExcepted(source.path, name)) return [];
  if (ENDS.includes(targetFolder)) return [`${at}: nothing imports ${targetFolder}`];
  const isAllowed =
    rule.ours === ANY || rule.ours.includes(targetFolder) || rule.ours.includes(name);
  if (!isAllowed) return [`${at}: ${folder} may not import ${name}`];
  const typesOnly = TYPES_ONLY[folder] ?? [];
  const mustBeType = typesOnly.includes(targetFolder) || typesOnly.includes(name);
  if (mustBeType && !imported.isTypeOnly) return [`${at}: ${folder} imports ${name} as types only`];
  return [];
}

function linesThat(
  { path, text }: Source,
  hits: (line: string) => boolean,
  rule: string,
): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (hits(line) ? [`${path}:${index + 1}: ${rule}`] : []));
}

describe('imports', () => {
  test('every folder is in the table', () => {
    const unknown = product
      .map(({ path }) => path)
      .filter((path) => IMPORTS[folderOf(path)] === undefined);
    expect(unknown.map((path) => `${path}:1: ${folderOf(path)} is not in the table`)).toEqual([]);
  });

  test('go the way of the table', () => {
    expect(
      product.flatMap((source) =>
        source.imports.flatMap((imported) => violationsOfImport(source, imported)),
      ),
    ).toEqual([]);
  });

  test('name files that exist, with their ending', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const wrong = sources.flatMap((source) =>
      source.imports.flatMap((imported) => {
        const target = targetOf(source, imported);
        if (target === null || !isProduct(target)) return [];
        if (paths.has(target) && /\.[jt]s$/.test(imported.specifier)) return [];
        return [`${source.path}:${imported.line}: there is no ${imported.specifier}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('every exception is still needed', () => {
    const idle = EXCEPTIONS.filter(({ file, what }) => {
      const source = sources.find(({ path }) => path === file);
      if (source === undefined) return true;
      const names = source.imports.map((imported) => {
        const target = targetOf(source, imported);
        return target === null ? imported.specifier : moduleOf(target);
      });
      return !names.includes(what) && !source.code.includes(what);
    });
    expect(idle.map(({ file, what }) => `${file}:1: no exception is needed for ${what}`)).toEqual(
      [],
    );
  });
});

describe('words', () => {
  test.each(WORDS)('$rule', ({ word, name = '', rule, forbiddenIn }) => {
    const hits = product
      .filter(({ path }) => forbiddenIn(path) && !isExcepted(path, name))
      .flatMap((source) =>
        linesThat({ ...source, text: source.code }, (line) => word.test(line), rule),
      );
    expect(hits).toEqual([]);
  });

  test('nothing is left to be done later', () => {
    // Written so that this line does not find itself.
    const marker = /\b(?:TO[D]O|FIX[M]E)\b/;
    expect(
      sources.flatMap((source) =>
        linesThat(source, (line) => marker.test(line), 'open an issue instead'),
      ),
    ).toEqual([]);
  });
});

describe('files', () => {
  // The formatter sees to code, and leaves long strings whole; it does not touch comments.
  test(`no line of a comment is longer than ${LINE_WIDTH} columns`, () => {
    const isTooLong = (line: string) =>
      [...line].length > LINE_WIDTH && /^\s*(\*|\/\/|\/\*)/.test(line) && !/https?:\/\//.test(line);
    const rule = `longer than ${LINE_WIDTH} columns`;
    expect(sources.flatMap((source) => linesThat(source, isTooLong, rule))).toEqual([]);
  });

  test('names are kebab-case', () => {
    const misnamed = sources
      .map(({ path }) => path)
      .filter((path) =>
        path.split('/').some((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(part)),
      );
    expect(misnamed.map((path) => `${path}:1: not kebab-case`)).toEqual([]);
  });

  test('every file of src is used by src or by a worker', () => {
    const imported = new Set(
      product.flatMap((source) => source.imports.map((entry) => targetOf(source, entry))),
    );
    const dead = product
      .map(({ path }) => path)
      .filter((path) => !isEntry(path) && !imported.has(path));
    expect(dead.map((path) => `${path}:1: nothing imports it`)).toEqual([]);
  });

  test('every check has a canary', () => {
    const canaries = sources
      .filter(({ path }) => path.startsWith('test/canary/'))
      .map(({ text }) => text)
      .join('\n');
    const checks = product.flatMap(({ path, text }) => {
      if (!path.startsWith('src/check/')) return [];
      return [...text.matchAll(/: Check = \{\s*name: '([^']+)'/g)].map((match) => ({
        name: match[1] as string,
        at: `${path}:${lineAt(text, match.index)}`,
      }));
    });
    expect(checks.length).toBeGreaterThan(0);
    expect(
      checks
        .filter(({ name }) => !canaries.includes(`'${name}'`))
        .map(({ name, at }) => `${at}: no canary names '${name}'`),
    ).toEqual([]);
  });
});

/** Where a program begins: the command line, the threads, and what other programs import. */
function isEntry(path: string): boolean {
  if (path === 'src/explore/index.ts' || path === 'src/library/index.ts') return true;
  return path === 'src/cli/main.ts' || path.startsWith('workers/');
}
