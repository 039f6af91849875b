import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { ScenarioError } from '../../errors.ts';
import { TraceProblems } from './problems.ts';

/** A trace's file: opened once, read from its begin in pieces. */
export class TraceFile {
  readonly path: string;
  readonly #file: number;
  readonly #sha256: Hash = createHash('sha256');
  readonly byteCount: number;

  /** @throws ScenarioError when it cannot be opened, or is no regular file */
  constructor(path: string) {
    this.path = path;
    this.#file = openRegular(path);
    this.byteCount = fstatSync(this.#file).size;
  }

  /** Fills the buffer from `offset` on; 0 at the end. @throws ScenarioError */
  readonly read = (into: Buffer, offset: number): number => {
    try {
      const count = readSync(this.#file, into, offset, into.length - offset, null);
      this.#sha256.update(into.subarray(offset, offset + count));
      return count;
    } catch (error) {
      throw unreadable(this.path, error);
    }
  };

  /** Of what has been read, once. */
  digest(): string {
    return this.#sha256.digest('hex');
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Opens nothing but a regular file: to open a pipe would wait for its other end, for ever. */
function openRegular(path: string): number {
  let kind: string;
  try {
    const status = statSync(path);
    if (status.isFile()) return openSync(path, 'r');
    kind = status.isDirectory() ? 'a directory' : 'neither a file nor a directory';
  } catch (error) {
    throw unreadable(path, error);
  }
  const problems = new TraceProblems(path);
  problems.addForFile(`the trace is ${kind}; a regular file is needed`);
  throw new ScenarioError(problems.list);
}

/** What the operating system has against the file, as the user's problem. */
function unreadable(path: string, error: unknown): unknown {
  const problems = new TraceProblems(path);
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error;
  const { code } = error;
  if (code === 'ENOENT') problems.addForFile('there is no such trace');
  else if (code === 'EACCES') problems.addForFile('the trace may not be read: permission denied');
  else problems.addForFile(`the trace cannot be read: ${code}`);
  return new ScenarioError(problems.list);
}
