import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AnyNode, parse } from 'acorn';
import { childrenOf, isFunction } from '../../src/explore/transform/syntax.ts';
import * as layout from '../../src/memory/layout.ts';
import * as publishedHeader from '../../src/metadata/published-header.ts';
import * as redundantBlock from '../../src/metadata/redundant-block.ts';
import { type Change, changesOf } from './operators.ts';

/** The folder of the emitted files, from the sources and from what is built of them alike. */
const BUILT = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? '../../src/' : '../../dist/src/', import.meta.url),
);

/** One small fault in an emitted file. What names it does not depend on the lines it stands on. */
export interface GeneratedMutant {
  readonly id: number;
  /** `lock/mutex`, below src/. */
  readonly file: string;
  /** `Mutex.acquire`; empty at the top of a file. */
  readonly place: string;
  readonly operator: string;
  readonly from: string;
  readonly to: string;
  /** Which of those that are alike in all this, from 1. */
  readonly nth: number;
  readonly edits: Change['edits'];
  /** By index, the function it stands in; −1 for what is evaluated when the file is loaded. */
  readonly unit: number;
}

/** An emitted file and all its mutants. */
export interface MutatedFile {
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly program: AnyNode;
  /** Functions in the order of the text, by their numbers among those of all files. */
  readonly units: ReadonlyMap<AnyNode, number>;
  readonly mutants: readonly GeneratedMutant[];
  /** Names of those of the files that it imports. */
  readonly imports: readonly string[];
}

/** Every file of the locks and the device, always in the same order and with the same numbers. */
export function mutatedFiles(): readonly MutatedFile[] {
  let mutantCount = 0;
  let unitCount = 0;
  return ['lock', 'device'].flatMap((folder) =>
    readdirSync(`${BUILT}${folder}`)
      .filter((name) => name.endsWith('.js'))
      .sort()
      .map((name) => {
        const made = mutatedFile(`${folder}/${name.slice(0, -3)}`, mutantCount, unitCount);
        mutantCount += made.mutants.length;
        unitCount += made.units.size;
        return made;
      }),
  );
}

function mutatedFile(file: string, firstMutant: number, firstUnit: number): MutatedFile {
  const path = `${BUILT}${file}.js`;
  const text = readFileSync(path, 'utf8');
  const program = parse(text, { ecmaVersion: 2023, sourceType: 'module' });
  const units = new Map<AnyNode, number>();
  const mutants: GeneratedMutant[] = [];
  const timesSeen = new Map<string, number>();
  const visit = (node: AnyNode, place: string, unit: number, parent: AnyNode | null): void => {
    const here = placeOf(node, place);
    let inside = unit;
    if (isFunction(node)) {
      inside = firstUnit + units.size;
      units.set(node, inside);
    }
    for (const { operator, from, to, edits } of changesOf(node, parent, text, isZero)) {
      const key = JSON.stringify([here, operator, from, to]);
      const nth = (timesSeen.get(key) ?? 0) + 1;
      timesSeen.set(key, nth);
      const id = firstMutant + mutants.length + 1;
      mutants.push({ id, file, place: here, operator, from, to, nth, edits, unit: inside });
    }
    for (const child of childrenOf(node)) visit(child, here, inside, node);
  };
  visit(program, '', -1, null);
  const imports = program.body.flatMap((node) =>
    node.type === 'ImportDeclaration' ? [importedFrom(file, String(node.source.value))] : [],
  );
  return { file, path, text, program, units, mutants, imports };
}

/** `./outcome.js` as it is named here. */
function importedFrom(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.js$/, '');
}

/** `LockWord.word`: a field that is the first of its kind. */
function isZero(text: string): boolean {
  const [owner, field, ...rest] = text.split('.');
  if (owner === undefined || field === undefined || rest.length > 0) return false;
  return OFFSETS.some((offsets) => (offsets[owner] as Offsets | undefined)?.[field] === 0);
}

type Offsets = Readonly<Record<string, unknown>>;
const OFFSETS: readonly Offsets[] = [layout, publishedHeader, redundantBlock];

function placeOf(node: AnyNode, place: string): string {
  const within = (name: string) => (place === '' ? name : `${place}.${name}`);
  switch (node.type) {
    case 'ClassDeclaration':
    case 'FunctionDeclaration':
      return within(node.id?.name ?? '');
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return 'name' in node.key ? within(String(node.key.name)) : place;
    case 'VariableDeclarator':
      return place === '' && 'name' in node.id ? node.id.name : place;
    default:
      return place;
  }
}

/** What a mutant is called in lists. */
export function nameOf({
  file,
  place,
  operator,
  from,
  to,
  nth,
}: Pick<GeneratedMutant, 'file' | 'place' | 'operator' | 'from' | 'to' | 'nth'>): string {
  const which = nth === 1 ? '' : ` (${nth})`;
  return `${file} ${place}: ${operator}: ${from} → ${to === '' ? '(nothing)' : to}${which}`;
}
