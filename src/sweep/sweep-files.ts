import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { reducedName } from '../report/folder.ts';
import type { MergedSweep } from './merge.ts';
import { sweepPage } from './page.ts';

/** What is made of the runs of a sweep: for programs, and for people. */
export function reportFiles(merged: MergedSweep): { name: string; text: string }[] {
  return [
    { name: 'merged.json', text: `${JSON.stringify(merged, null, 1)}\n` },
    { name: 'report.html', text: sweepPage(merged) },
  ];
}

/**
 * The files of a sweep that was merged from several folders, in a folder of its own below `outDir`,
 * each written whole.
 *
 * @returns the folder's path
 */
export async function writeMerged(merged: MergedSweep, outDir: string): Promise<string> {
  const path = join(outDir, `merged_${reducedName(merged.name)}_${merged.id.slice(0, 8)}`);
  try {
    await mkdir(path, { recursive: true });
    for (const { name, text } of reportFiles(merged)) {
      const unfinished = join(path, `.${name}-${randomUUID()}`);
      await writeFile(unfinished, text);
      await rename(unfinished, join(path, name)).catch(async (error: unknown) => {
        await rm(unfinished, { force: true });
        throw error;
      });
    }
    return path;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be written: ${reason}.`);
  }
}
