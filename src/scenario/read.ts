import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Problem, ScenarioError } from '../errors.ts';
import { problemAt } from './problems.ts';
import { sourceOf } from './source.ts';

const FILE_BYTES_MAX = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
  ENAMETOOLONG: 'the path is too long',
  ERR_INVALID_ARG_VALUE: 'the path holds a character that no path can hold',
};

/**
 * The text of a scenario file: at most 1 MiB of UTF-8 in a regular file (or a pipe, for `<(…)`).
 * Throws ScenarioError; its problem has no position when the file as a whole could not be read.
 */
export function readScenarioFile(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length > FILE_BYTES_MAX) throw unreadable(path, 'it is larger than 1 MiB');
  if (!isUtf8(bytes)) throw new ScenarioError([encodingProblem(path, bytes)]);
  return bytes.toString('utf8');
}

/** One byte more than allowed, at most, so that an endless file ends too. */
function readBytes(path: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      if (fstatSync(file).isDirectory()) throw unreadable(path, 'it is a folder');
      const bytes = Buffer.alloc(FILE_BYTES_MAX + 1);
      let length = 0;
      for (let count = -1; count !== 0 && length < bytes.length; length += count) {
        count = readSync(file, bytes, length, bytes.length - length, null);
      }
      return bytes.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw unreadable(path, REASONS[code] ?? code);
  }
}

function unreadable(path: string, reason: string): ScenarioError {
  const message = `cannot read ${path}: ${reason}`;
  return new ScenarioError([{ file: path, position: null, message, excerpt: null, hint: null }]);
}

/** Points at the first byte that no UTF-8 text can have there. */
function encodingProblem(path: string, bytes: Buffer): Problem {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isBeginning(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  const before = decoded(bytes.subarray(0, low), true);
  const wrongAt = Buffer.byteLength(before);
  const source = sourceOf(path, before + decoded(bytes.subarray(wrongAt), false));
  const start = sourceOf(path, before).text.length;
  const found = (bytes[wrongAt] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const message = `not UTF-8 text: found the byte ${found}`;
  return problemAt({ source, start, end: start + 1 }, message, 'save the file as UTF-8');
}

/** Wrong bytes become U+FFFD; a stream leaves out an incomplete character at its end. */
function decoded(bytes: Buffer, stream: boolean): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream });
}

/** Whether a UTF-8 text can begin like this; its last character may be incomplete. */
function isBeginning(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
