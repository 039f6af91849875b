import { expect, test } from 'vitest';
import { Advice } from '../../../src/device/failure-books.ts';
import { Booking, HEALTHS } from '../../../src/device/health-words.ts';
import { ErrorNumber } from '../../../src/device/metadata-store.ts';
import { Outcome } from '../../../src/device/outcome.ts';
import { NO_SLOT } from '../../../src/device/published-slot-table.ts';
import { NOTHING_WAITS } from '../../../src/device/remap-queue.ts';
import { ON_MAIN } from '../../../src/device/remap-table.ts';
import { Health, RemapReason } from '../../../src/device/sector-health.ts';
import { NO_SPARE } from '../../../src/device/spare-allocator.ts';
import { Refusal } from '../../../src/device/target-control.ts';
import { LogKind } from '../../../src/device/write-log.ts';
import { RENDEZVOUS_WORDS } from '../../../src/lock/rendezvous.ts';

/** Goal: what stands for something in a word stands for nothing else. */
test.each(['Advice', 'Booking', 'Outcome', 'Refusal', 'LogKind', 'Health'] as const)(
  'no two of %s are alike',
  (name) => {
    const values = { Advice, Booking, Outcome, Refusal, LogKind, Health }[name];
    const numbers = Object.values(values);
    expect(new Set(numbers).size).toBe(numbers.length);
  },
);

test('done is 0, and a kind of entry never is: memory is born zero', () => {
  expect(Outcome.done).toBe(0);
  expect(Object.values(LogKind)).not.toContain(0);
});

test('what is no spare, no slot, no LBA is below all that are, and every refusal is too', () => {
  expect([NO_SPARE, ON_MAIN, NO_SLOT, NOTHING_WAITS]).toEqual([-1, -1, -1, -1]);
  for (const refusal of Object.values(Refusal)) expect(refusal).toBeLessThan(0);
});

test('health, reasons and errors are numbered as in dm-remap', () => {
  expect(Health).toEqual({ unknown: 0, good: 1, suspect: 2, bad: 3, remapped: 4 });
  expect(RemapReason).toEqual({ none: 0, manual: 0, writeError: 1, readError: 2, proactive: 3 });
  expect(ErrorNumber).toEqual({ io: -5, exists: -17, invalid: -22, noSpace: -28, range: -34 });
  expect(HEALTHS).toEqual(['unknown', 'suspect', 'bad', 'remapped']);
});

test('a rendezvous takes three words', () => {
  expect(RENDEZVOUS_WORDS).toBe(3);
});
