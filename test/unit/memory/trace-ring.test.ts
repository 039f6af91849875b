import { array, assert, boolean, integer, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { createMemory } from '../../../src/memory/attach.ts';
import { RingEntry } from '../../../src/memory/layout.ts';
import {
  FEED_STATE,
  FeedReport,
  hasFeedFailed,
  RingReader,
  RingWriter,
} from '../../../src/memory/trace-ring.ts';
import { planWith } from '../../support/plans.ts';
import { tracePlanOf } from '../../support/traces.ts';

const SEED = 20_261_130;

/** Two rings, with room for four records each. */
function rings() {
  const trace = tracePlanOf('/x', { recordCounts: [4, 2], operations: ['read'] });
  const memory = createMemory(planWith({ load: { threadCount: 2, trace } }));
  expect(memory.layout.ringEntryCount).toBe(4);
  return { memory, writer: new RingWriter(memory, 1), reader: new RingReader(memory, 1) };
}

test(`gives out what was put in, in order, up to its size (seed ${SEED})`, () => {
  const steps = array(tuple(boolean(), integer({ min: 1, max: 5 })), { maxLength: 60 });
  assert(
    property(steps, (chosen) => {
      const { memory, writer, reader } = rings();
      let put = 0;
      let taken = 0;
      for (const [puts, count] of chosen) {
        if (puts) {
          for (let at = 0; at < count && !writer.isFull(); at++) writer.put(put, 0, put++, 1);
          expect(put - taken).toBeLessThanOrEqual(4);
          writer.publish();
        }
        expect(reader.available()).toBe(put - taken);
        if (puts) continue;
        const took = Math.min(count, reader.available());
        for (let at = 0; at < took; at++) {
          const entry = reader.entryOf(at);
          expect(memory.words[entry + RingEntry.lba]).toBe(taken + at);
          expect(memory.floats[(entry + RingEntry.arrivalNs) / 2]).toBe(taken + at);
        }
        reader.take(took);
        taken += took;
      }
    }),
    { seed: SEED },
  );
});

test('shows nothing before it is published', () => {
  const { writer, reader } = rings();
  writer.put(0, 0, 7, 1);
  expect(reader.available()).toBe(0);
  writer.publish();
  expect(reader.available()).toBe(1);
});

test('tells the end from a failure', () => {
  const { memory, reader } = rings();
  const report = new FeedReport(memory);
  expect([reader.hasEnded(), reader.feedWaits(), hasFeedFailed(memory)]).toEqual([
    false,
    false,
    false,
  ]);
  report.tell(FEED_STATE.waitsForRoom);
  expect([reader.hasEnded(), reader.feedWaits()]).toEqual([false, true]);
  report.tell(FEED_STATE.ended);
  expect([reader.hasEnded(), hasFeedFailed(memory)]).toEqual([true, false]);
  report.tell(FEED_STATE.failed);
  expect([reader.hasEnded(), hasFeedFailed(memory)]).toEqual([true, true]);
  expect(hasFeedFailed(createMemory(planWith()))).toBe(false);
});
