import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/** Where a line of an emitted file comes from. */
export interface SourceLines {
  readonly file: string;
  lineOf(emittedLine: number, column: number): number;
}

/**
 * By the source map beside the file, if there is one; else the emitted file itself. Files are named
 * relative to `root`, as a person would type them.
 */
export function sourceLinesOf(path: string, root: string): SourceLines {
  const mapPath = `${path}.map`;
  if (!existsSync(mapPath)) {
    return { file: named(path, root), lineOf: (line) => line };
  }
  const payload = JSON.parse(readFileSync(mapPath, 'utf8'));
  const map = new SourceMap(payload);
  return {
    file: named(resolve(dirname(path), payload.sourceRoot ?? '', payload.sources[0]), root),
    lineOf: (line, column) => {
      const entry = map.findEntry(line - 1, column);
      return 'originalLine' in entry ? entry.originalLine + 1 : line;
    },
  };
}

function named(path: string, root: string): string {
  return relative(root, path).replaceAll('\\', '/');
}
