import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderName, renameToFree } from '../report/folder.ts';
import type { OverheadResult } from './result.ts';
import { type Series, samplesText } from './samples.ts';

const OVERHEAD_FILE = 'overhead.json';
const SAMPLES_FILE = 'samples.csv';

/**
 * Writes an experiment's folder: the result, every sample, and the report. Whole under another name
 * first, so that a reader never sees half of it. The index lists runs, and has no line for it.
 *
 * @returns the folder's path, below outDir
 * @throws Error with one sentence when the directory cannot be written
 */
export async function writeOverheadFolder(
  outDir: string,
  result: OverheadResult,
  samples: readonly Series[],
  report: string,
): Promise<string> {
  const unfinished = join(outDir, `.${randomUUID()}`);
  try {
    await mkdir(unfinished, { recursive: true });
    await writeFile(join(unfinished, OVERHEAD_FILE), `${JSON.stringify(result, null, 2)}\n`);
    await writeFile(join(unfinished, SAMPLES_FILE), samplesText(samples));
    await writeFile(join(unfinished, 'report.txt'), report);
    return join(outDir, await renameToFree(unfinished, outDir, folderName(result)));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The results cannot be written to ${outDir}: ${reason}`, { cause: error });
  }
}
