import { beforeAll, describe, expect, test } from 'vitest';
import { meanResponse, type VirtualTime, virtualTime } from '../../support/virtual-time.ts';

/**
 * Goal: a busy device makes callers wait as long as queueing theory says.
 *
 * Method: the loop and the device as they are, in virtual time, for as many arrivals as the mean of
 * a busy queue needs to settle. Within 5 %.
 */
let time: VirtualTime;
beforeAll(async () => {
  time = await virtualTime();
});

const within5 = (seen: number, theory: number) =>
  expect(Math.abs(seen / theory - 1)).toBeLessThan(0.05);

describe('mean response', () => {
  test.each([0.5, 0.8])('of M/M/1 at %d', (rho) => {
    within5(meanResponse(time, rho, 'exponential', { count: 300_000 }), 1 / (1 - rho));
  });

  test.each([0.5, 0.8])('of M/D/1 at %d', (rho) => {
    within5(meanResponse(time, rho, 'constant', { count: 150_000 }), 1 + rho / (2 * (1 - rho)));
  });

  test('of M/D/1 at 0.8 with the queue in the device', () => {
    within5(meanResponse(time, 0.8, 'constant', { count: 150_000, ioDepth: 256 }), 3);
  });

  test('of M/M/4 at 0.5, by Erlang C', () => {
    // The chance to wait is 0.1739.
    const theory = 1 + 0.1739 / (4 * 0.5);
    const options = { count: 150_000, channels: 4, ioDepth: 256 };
    within5(meanResponse(time, 0.5, 'exponential', options), theory);
  });
});
