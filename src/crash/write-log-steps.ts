import { type Logged, LogKind, loggedIn } from '../device/write-log.ts';
import { type Layout, SECTOR_WORDS } from '../memory/layout.ts';
import type { Contents } from './contents.ts';
import type { LogStep } from './promises.ts';

/** The log of a run, with every sector in it as a number. */
export function stepsIn(
  words: Int32Array,
  layout: Layout,
  entryCountMost: number,
  contents: Contents,
): { readonly steps: readonly LogStep[]; readonly isFull: boolean } {
  const { entries, isFull } = loggedIn(words, layout, entryCountMost);
  return { steps: entries.map((entry) => stepOf(entry, words, contents)), isFull };
}

function stepOf(entry: Logged, words: Int32Array, contents: Contents): LogStep {
  const { kind, thread, at, count, word, sectorCount } = entry;
  const ids = Array.from({ length: sectorCount }, (_, sector) => {
    const from = word + sector * SECTOR_WORDS;
    return contents.idOf(words.subarray(from, from + SECTOR_WORDS));
  });
  return { kind, thread, at, count, contents: ids };
}

const COMMANDS: readonly number[] = [
  LogKind.writeMain,
  LogKind.writeSpare,
  LogKind.moveToSpare,
  LogKind.moveToMain,
  LogKind.flushMain,
  LogKind.flushSpare,
];
const ANSWERS: readonly number[] = [
  LogKind.syncEnd,
  LogKind.remapped,
  LogKind.unremapped,
  LogKind.cleared,
];

/** What the medium is asked to do. */
export function isCommand({ kind }: LogStep): boolean {
  return COMMANDS.includes(kind);
}

/** Sectors of the spare device that are ever written. */
export function writtenSpares(steps: readonly LogStep[]): Set<number> {
  return new Set(
    steps
      .filter(({ kind }) => kind === LogKind.writeSpare || kind === LogKind.moveToSpare)
      .flatMap(({ at, contents }) => contents.map((_, offset) => at + offset)),
  );
}

/** What callers rely on from here on. */
export function isAnswer({ kind }: LogStep): boolean {
  return ANSWERS.includes(kind);
}
