import { describe, expect, test } from 'vitest';
import { LogKind, loggedIn, WriteLog } from '../../../src/device/write-log.ts';
import { type Layout, LogEntry, LogWord, SECTOR_WORDS } from '../../../src/memory/layout.ts';

/** Goal: what stands in the log is what was said, to the word, and it ends where its room does. */
const LOG = 64;
const ENTRY_COUNT = 4;
const SECTOR_COUNT = 6;
/** So far up that its bytes are beyond what a signed number of 32 bits can be. */
const SECTORS = 2 ** 29 + 1024;
/** What no entry has written. */
const ELSE = 7777;

function logOf() {
  const size = LOG + LogWord.entries + (ENTRY_COUNT + 1) * LogEntry.wordCount;
  const words = new Int32Array(new SharedArrayBuffer(4 * size)).fill(ELSE);
  words.fill(0, LOG, LOG + LogWord.entries);
  for (let entry = 0; entry < ENTRY_COUNT; entry++) {
    words[LOG + LogWord.entries + entry * LogEntry.wordCount + LogEntry.kind] = 0;
  }
  const calls: string[] = [];
  const layout = { log: LOG, logSectors: SECTORS } as Layout;
  const log = new WriteLog(
    words,
    layout,
    {
      copy: (...args) => calls.push(`copy ${args.join()}`),
      lock: {
        acquire: (thread) => calls.push(`acquire ${thread}`),
        release: (thread) => calls.push(`release ${thread}`),
      },
    },
    { entryCount: ENTRY_COUNT, sectorCount: SECTOR_COUNT },
  );
  return {
    ...{ log, words, calls },
    logged: () => loggedIn(words, layout, ENTRY_COUNT),
    drawn: () => [words[LOG + LogWord.entryCount], words[LOG + LogWord.sectorCount]],
  };
}

/** As wasm takes it: the lower 32 bits. */
const byteOf = (sector: number): number => (4 * SECTORS + 512 * sector) | 0;
const wordOf = (sector: number): number => SECTORS + SECTOR_WORDS * sector;

test('marks and requests stand as they came, requests with their sectors', () => {
  const { log, words, calls, logged, drawn } = logOf();
  log.append(LogKind.issue, 2, 5, 3, 4096);
  log.mark(LogKind.written, 1, 5, 3);
  log.append(LogKind.writeSpare, 0, 9, 2, 8192);
  expect(calls).toEqual([`copy ${byteOf(0)},4096,1536`, `copy ${byteOf(3)},8192,1024`]);
  expect(logged()).toEqual({
    entries: [
      { kind: LogKind.issue, thread: 2, at: 5, count: 3, word: wordOf(0), sectorCount: 3 },
      { kind: LogKind.written, thread: 1, at: 5, count: 3, word: wordOf(0), sectorCount: 0 },
      { kind: LogKind.writeSpare, thread: 0, at: 9, count: 2, word: wordOf(3), sectorCount: 2 },
    ],
    isFull: false,
  });
  expect(drawn()).toEqual([3, 5]);
  expect([...words.subarray(LOG + LogWord.entries, LOG + LogWord.entries + 15)]).toEqual([
    ...[LogKind.issue, 2, 5, 3, 0],
    ...[LogKind.written, 1, 5, 3, 0],
    ...[LogKind.writeSpare, 0, 9, 2, 3],
  ]);
});

test.each([
  ['writeMain', 1],
  ['writeSpare', 1],
  ['moveToSpare', 1],
  ['moveToMain', 1],
  ['issue', 1],
  ['flushMain', 0],
  ['flushSpare', 0],
  ['written', 0],
  ['syncBegin', 0],
  ['syncEnd', 0],
  ['remapBegin', 0],
  ['remapped', 0],
  ['unremapBegin', 0],
  ['unremapped', 0],
  ['cleared', 0],
] as const)('%s has %i sectors', (kind, sectorCount) => {
  const { log, logged } = logOf();
  log.mark(LogKind[kind], 0, 0, 1);
  expect(logged().entries).toMatchObject([{ kind: LogKind[kind], sectorCount }]);
});

test('no two kinds are one', () => {
  expect(new Set(Object.values(LogKind)).size).toBe(15);
  expect(Math.min(...Object.values(LogKind))).toBeGreaterThan(0);
});

describe('the log ends', () => {
  test('with the last entry that it has room for', () => {
    const { log, words, logged, drawn } = logOf();
    for (let entry = 0; entry < ENTRY_COUNT; entry++) log.mark(LogKind.cleared, entry, 0, 0);
    expect(logged().isFull).toBe(false);
    const before = words.slice();
    log.mark(LogKind.cleared, 9, 0, 0);
    before[LOG + LogWord.entryCount] = 5;
    expect([...words]).toEqual([...before]);
    const { entries, isFull } = logged();
    expect(entries.map(({ thread }) => thread)).toEqual([0, 1, 2, 3]);
    expect([isFull, drawn()]).toEqual([true, [5, 0]]);
  });

  test('with the last sector, to which it may be full', () => {
    const { log, calls, logged, drawn } = logOf();
    log.append(LogKind.issue, 0, 5, SECTOR_COUNT, 4096);
    expect(logged().isFull).toBe(false);
    log.append(LogKind.issue, 1, 5, 1, 4096);
    log.mark(LogKind.cleared, 2, 0, 0);
    const { entries, isFull } = logged();
    expect(entries.map(({ thread }) => thread)).toEqual([0]);
    expect([isFull, drawn(), calls.length]).toEqual([true, [3, 7], 1]);
  });

  test('for a request that finds no entry, though there is room for its sectors', () => {
    const { log, words, calls, drawn } = logOf();
    for (let entry = 0; entry < ENTRY_COUNT; entry++) log.mark(LogKind.cleared, entry, 0, 0);
    const before = words.slice();
    log.append(LogKind.issue, 1, 5, 1, 4096);
    expect([calls, drawn()]).toEqual([[], [5, 1]]);
    before[LOG + LogWord.entryCount] = 5;
    before[LOG + LogWord.sectorCount] = 1;
    expect([...words]).toEqual([...before]);
  });
});

test('a command begins and ends with the lock', () => {
  const { log, calls } = logOf();
  log.beginCommand();
  log.endCommand();
  expect(calls).toEqual(['acquire 0', 'release 0']);
});
