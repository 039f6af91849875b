import { expect, test } from 'vitest';
import { TargetCounters } from '../../../src/device/target-counters.ts';
import { TargetTable } from '../../../src/memory/layout.ts';

/** Goal: each counter has its own word of the table's header, and nothing else is written. */
const TABLE = 11;

function countersOf() {
  const words = new Int32Array(2 * TABLE).fill(100);
  const counters = new TargetCounters(words, TABLE);
  const read = () => [
    counters.manualRemapCount(),
    counters.autoRemapCount(),
    counters.writeErrorCount(),
    counters.readErrorCount(),
  ];
  const { manualRemaps, autoRemaps, writeErrors, readErrors } = TargetTable;
  const mine = [manualRemaps, autoRemaps, writeErrors, readErrors].map((field) => TABLE + field);
  return { words, counters, read, mine };
}

test('what happened is counted where it belongs', () => {
  const { words, counters, read, mine } = countersOf();
  counters.countManualRemap();
  for (let time = 0; time < 2; time++) counters.countAutoRemap();
  for (let time = 0; time < 3; time++) counters.countWriteError();
  words[mine[3] as number] = 104;
  expect(read()).toEqual([101, 102, 103, 104]);
  expect(mine.map((at) => words[at])).toEqual(read());
  expect(words.filter((word) => word === 100)).toHaveLength(words.length - mine.length);
});

test('remaps of both kinds begin again, and errors go on', () => {
  const { words, counters, read } = countersOf();
  counters.clearRemaps();
  expect(read()).toEqual([0, 0, 100, 100]);
  expect(words.filter((word) => word === 100)).toHaveLength(words.length - 2);
});
