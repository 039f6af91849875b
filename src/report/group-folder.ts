import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderName, renameToFree } from './folder.ts';

/**
 * Writes what several runs come to into a folder of its own beside theirs: whole under a name that
 * begins with a dot, then renamed.
 *
 * @param first the run whose start, name and seed the folder is named after
 * @param suffix what the folder is, after that name
 * @returns its path
 * @throws Error with one sentence when it cannot be written
 */
export async function writeGroupFolder(
  files: Readonly<Record<string, string>>,
  first: Parameters<typeof folderName>[0],
  suffix: string,
  outDir: string,
): Promise<string> {
  const unfinished = join(outDir, `.${randomUUID()}`);
  try {
    await mkdir(unfinished, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(unfinished, name), text);
    return join(outDir, await renameToFree(unfinished, outDir, `${folderName(first)}_${suffix}`));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {});
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The results cannot be written to ${outDir}: ${reason}`, { cause: error });
  }
}
