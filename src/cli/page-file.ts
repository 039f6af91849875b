import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { PAGE_MARK } from '../explore/index.ts';

/**
 * Refuses a path that a page cannot be written to, before any time is spent on what would stand in
 * it. A page of ours is written anew, since an old one beside a new result would be believed; any
 * other file is somebody's.
 */
export function mustTakePage(path: string): void {
  const folder = dirname(path);
  const info = infoOf(path);
  if (info?.isDirectory()) throw new UsageError(`--html ${path}: this is a folder; name a file`);
  if (infoOf(folder)?.isDirectory() !== true) {
    throw new UsageError(`--html ${path}: there is no folder ${folder}`);
  }
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new UsageError(`--html ${path}: ${folder} cannot be written to`);
  }
  if (info !== null && info.size > 0 && !isPage(path)) {
    const reason = 'is there already and is no page of sparestorm; name another file';
    throw new UsageError(`--html ${path}: ${reason}`);
  }
}

/** Whole or not at all: a reader never finds half a page. */
export function writePage(path: string, text: string): void {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    writeFileSync(unfinished, text, { flag: 'wx' });
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The page cannot be written to ${path}: ${reason}`, { cause: error });
  }
}

/** Null for what is not there, or cannot be looked at. */
function infoOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function isPage(path: string): boolean {
  const head = Buffer.alloc(PAGE_MARK.length);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  return head.toString('utf8') === PAGE_MARK;
}
