import { expect, test } from 'vitest';
import { Advice, FailureBooks } from '../../../src/device/failure-books.ts';
import { Booking } from '../../../src/device/health-words.ts';
import { type Answers, standIns } from '../../support/stand-ins.ts';

/** Goal: who failed is told what to do by what became of the sector, and waits if need be. */
const { named, of } = standIns();
const books = new FailureBooks(named('health'), named('queue'));

test.each<[string, Answers, keyof typeof Advice, boolean]>([
  ['not bad yet', { 'health.failed': 'booked', 'health.isQueued': false }, 'waitAndRetry', false],
  ['moved before', { 'health.failed': 'overtaken' }, 'retry', false],
  [
    'in the queue, and stays',
    { 'health.failed': 'booked', 'health.isQueued': true },
    'giveUp',
    true,
  ],
  [
    'in the queue, and is moved',
    { 'health.failed': 'booked', 'health.isQueued': true, 'health.spareOf': 7 },
    'retry',
    true,
  ],
])('a sector that is %s', (_what, told, advice, waits) => {
  const booking = Booking[told['health.failed'] as keyof typeof Booking];
  const answers = { 'health.spareOf': 4, ...told, 'health.failed': booking };
  const [answer, calls] = of(answers, () => books.book(5, 4));
  expect(answer).toBe(Advice[advice]);
  expect(calls[0]).toBe('health.failed(5,4)');
  expect(calls.includes('health.awaitServed(5)')).toBe(waits);
  expect(calls.some((call) => call.startsWith('queue.'))).toBe(false);
});

test.each([true, false])(
  'one that has become bad goes into the queue, if it has room: %s',
  (room) => {
    const told = {
      'health.failed': Booking.mustQueue,
      'queue.put': room,
      'health.isQueued': room,
      'health.spareOf': 4,
    };
    const [answer, calls] = of(told, () => books.book(5, 4));
    expect(answer).toBe(room ? Advice.giveUp : Advice.waitAndRetry);
    expect(calls.slice(0, 2)).toEqual(['health.failed(5,4)', 'queue.put(5)']);
    expect(calls.includes('health.giveUp(5)')).toBe(!room);
  },
);
