import { afterEach, describe, expect, it, vi } from 'vitest';
import { calibrateRelax, IN_LINE, PARKED, relax, spin } from '../../../src/lock/relax.ts';

const words = new Int32Array(new SharedArrayBuffer(8));

/** Looks that `wait` takes at a word which nobody changes. */
function looksOf(wait: () => unknown): number {
  const load = vi.spyOn(Atomics, 'load');
  wait();
  const looks = load.mock.calls.length;
  load.mockRestore();
  return looks;
}

afterEach(() => calibrateRelax(5));

describe('a waiter', () => {
  it('looks as often as fits into its time', () => {
    calibrateRelax(5);
    expect(looksOf(() => spin(words, 0, 0))).toBe(401);
    expect(looksOf(() => spin(words, 0, 0, IN_LINE))).toBe(6001);
  });

  it('looks less often where a look takes longer', () => {
    calibrateRelax(50);
    expect(looksOf(() => spin(words, 0, 0))).toBe(41);
  });

  it('looks once at least, and never for ever, whatever was measured', () => {
    calibrateRelax(1e12);
    expect(looksOf(() => spin(words, 0, 0))).toBe(1);
    calibrateRelax(0);
    expect(looksOf(() => spin(words, 0, 0))).toBe(4001);
  });

  it('goes on at once when the word has changed', () => {
    expect(relax(words, 0, 1)).toBe(1);
  });

  it('sleeps when it has not', () => {
    expect(relax(words, 0, 0)).toBe(PARKED);
  });
});
