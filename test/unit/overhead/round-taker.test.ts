import { describe, expect, test } from 'vitest';
import type { ControlPath } from '../../../src/overhead/control-path.ts';
import { RoundTaker } from '../../../src/overhead/round-taker.ts';
import { SampleBook } from '../../../src/overhead/samples.ts';
import { somePlan } from '../../support/run-record.ts';

/** Goal: the order within rounds is random, and samples stay with their command. */
const COMMANDS = ['ping', 'info', 'remap', 'status'] as const;

/** Answers at once, and takes as many ns as the text has letters. */
class NotingPath implements ControlPath {
  readonly sent: string[] = [];
  readonly answer = 'pong';

  send(text: string): number {
    this.sent.push(text.split(' ')[0] as string);
    return text.length;
  }

  async prepare(): Promise<void> {}
  async close(): Promise<void> {}
}

async function rounds(count: number, seed: number) {
  const plan = somePlan({ seed, overhead: { commands: COMMANDS } });
  const path = new NotingPath();
  const taker = new RoundTaker(plan, 'direct', path);
  const book = new SampleBook();
  const { signal } = new AbortController();
  for (let round = 0; round < count; round++) await taker.take(round, book, signal);
  const each = COMMANDS.length + 1;
  const orders = Array.from({ length: count }, (_, round) =>
    path.sent.slice(round * each, (round + 1) * each),
  );
  return { orders, samples: book.all };
}

describe('the order of a round', () => {
  test('has each command once and the empty call twice', async () => {
    const { orders } = await rounds(50, 1);
    for (const order of orders) {
      expect([...order].sort()).toEqual(['info', 'ping', 'ping', 'remap', 'status']);
    }
  });

  test('puts every command in every place', async () => {
    const { orders } = await rounds(200, 1);
    for (const command of COMMANDS) {
      const counts = Array.from(
        { length: COMMANDS.length + 1 },
        (_, place) => orders.filter((order) => order[place] === command).length,
      );
      // About 40 of 200 each; the empty call twice that.
      expect(Math.min(...counts)).toBeGreaterThan(20);
    }
  });

  test('follows from the seed', async () => {
    const [one, again, other] = await Promise.all([rounds(10, 1), rounds(10, 1), rounds(10, 2)]);
    expect(again.orders).toEqual(one.orders);
    expect(other.orders).not.toEqual(one.orders);
  });
});

test('a sample belongs to its command, whatever the order', async () => {
  const { samples } = await rounds(20, 1);
  const nsOf = (name: string) => samples.find(({ operation }) => operation === name)?.ns;
  expect(nsOf('ping')).toEqual(new Array(20).fill(4));
  expect(nsOf('ping again')).toEqual(new Array(20).fill(4));
  expect(nsOf('status')).toEqual(new Array(20).fill(6));
});

test('a path that fails says where', async () => {
  const path = new NotingPath();
  path.send = () => {
    throw new Error('no answer');
  };
  const taker = new RoundTaker(somePlan({ overhead: { commands: ['ping'] } }), 'message', path);
  const taking = taker.take(4, new SampleBook(), new AbortController().signal);
  await expect(taking).rejects.toThrow(/^message path, ping( again)?, round 5: no answer$/);
});
