import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * `journal.jsonl`: which runs were begun. What was finished is told by the folders of the runs,
 * which get their names when they are whole; so the journal is not needed to know what is left to
 * do. It is there for runs that take the process with them: begun several times, finished never.
 * One that was interrupted by somebody is `left`, and has not been begun after all.
 *
 * A line is written whole or not at all as far as a reader is concerned: one that a crash has cut
 * off, or that anything else has damaged, is no line of the journal. The next one is begun on a
 * line of its own.
 */

const LINE = /^\{"(begun|left)":"([0-9a-f]{1,64})"\}$/;

export class Journal {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** How often each run was begun and not left. */
  begun(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const line of this.#text().split('\n')) {
      const [, what, id] = LINE.exec(line) ?? [];
      if (id === undefined) continue;
      counts.set(id, Math.max(0, (counts.get(id) ?? 0) + (what === 'begun' ? 1 : -1)));
    }
    return counts;
  }

  begin(id: string): void {
    this.#write('begun', id);
  }

  leave(id: string): void {
    this.#write('left', id);
  }

  /** On the disk when this returns. */
  #write(what: 'begun' | 'left', id: string): void {
    const file = openSync(this.#path, 'a');
    try {
      // The line break in front ends what a crash may have left; empty lines say nothing.
      writeSync(file, `\n{"${what}":"${id}"}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  #text(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}
