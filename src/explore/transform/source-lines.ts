import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/** Where the text of an emitted file comes from. */
export interface SourceLines {
  readonly file: string;
  /** @param column from 0, as parsers and source maps count; the answer is as editors count */
  placeOf(emittedLine: number, column: number): { readonly line: number; readonly column: number };
}

/**
 * By the source map beside the file, if there is one; else the emitted file itself. Files are named
 * relative to `root`, as a person would type them.
 */
export function sourceLinesOf(path: string, root: string): SourceLines {
  const mapPath = `${path}.map`;
  if (!existsSync(mapPath)) {
    return {
      file: named(path, root),
      placeOf: (line, column) => ({ line, column: column + 1 }),
    };
  }
  const payload = JSON.parse(readFileSync(mapPath, 'utf8'));
  const map = new SourceMap(payload);
  return {
    file: named(resolve(dirname(path), payload.sourceRoot ?? '', payload.sources[0]), root),
    placeOf: (line, column) => {
      const entry = map.findEntry(line - 1, column);
      return 'originalLine' in entry
        ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 }
        : { line, column: column + 1 };
    },
  };
}

function named(path: string, root: string): string {
  return relative(root, path).replaceAll('\\', '/');
}
