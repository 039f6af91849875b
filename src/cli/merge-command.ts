import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { mergeSweeps } from '../sweep/merge.ts';
import { writeMerged } from '../sweep/sweep-files.ts';
import { isSweepFolder, SweepFolder } from '../sweep/sweep-folder.ts';
import { sweptText } from './swept-text.ts';
import { terminalOf } from './terminal-of.ts';

export interface MergeArguments {
  readonly folders: readonly string[];
  readonly out: string;
  readonly json: boolean;
}

/**
 * Joins folders of one sweep: each is one, or holds some, as a results directory does. Returns the
 * exit code of the worst cell, and of a broken run where cells are missing.
 */
export async function mergeCommand({ folders, out, json }: MergeArguments): Promise<number> {
  const paths = (await Promise.all(folders.map(sweepsIn))).flat();
  const parts = await Promise.all(paths.map((path) => SweepFolder.read(path)));
  const merged = await mergeSweeps(parts);
  const path = await writeMerged(merged, out);
  if (json) process.stdout.write(`${JSON.stringify(merged, null, 2)}\n`);
  else process.stdout.write(sweptText(merged, path, terminalOf(process.stdout)));
  return merged.exitCode;
}

async function sweepsIn(path: string): Promise<string[]> {
  if (await isSweepFolder(path)) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch((error: Error) => {
    throw new UsageError(`${path} cannot be read: ${error.message}.`);
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const below = join(path, entry.name);
    if (entry.isDirectory() && (await isSweepFolder(below))) found.push(below);
  }
  if (found.length > 0) return found;
  throw new UsageError(`${path} is no sweep, and holds none.`);
}
