import { describe, expect, test } from 'vitest';
import { planOf, programWith } from '../../../src/explore/program/program.ts';
import { wordNameIn } from '../../../src/explore/program/word-name.ts';
import { lockOn } from '../../../src/lock/index.ts';
import type { Lock } from '../../../src/lock/lock.ts';
import { createMemory } from '../../../src/memory/attach.ts';
import { Allocator } from '../../../src/memory/layout.ts';
import { streamFor } from '../../../src/random.ts';
import { DisturbanceWord } from '../../../src/stress/disturbance.ts';
import { Noise, NoisyLock } from '../../../src/stress/noisy-lock.ts';
import { Watch, WatchedLock, watchedIn } from '../../../src/stress/watched-lock.ts';

const random = () => streamFor(1, 0, 'test');
const quiet = new Int32Array(new SharedArrayBuffer(4));

describe('NoisyLock', () => {
  function noisy(period: number, isNap = false) {
    const calls: string[] = [];
    const record = new Int32Array(DisturbanceWord.count);
    const inner: Lock = {
      acquire: () => calls.push(`acquire, ${record[DisturbanceWord.noises]} noises`),
      release: () => calls.push(`release, ${record[DisturbanceWord.noises]} noises`),
    };
    const noise = new Noise(random(), quiet, record);
    if (period > 0) noise.begin(random(), period, isNap);
    const lock = new NoisyLock(inner, noise);
    return { lock, calls, noises: () => record[DisturbanceWord.noises] };
  }

  test('is noisy after the release, when the lock is free, and nowhere else', () => {
    const { lock, calls, noises } = noisy(1);
    for (let turn = 0; turn < 2; turn++) {
      lock.acquire(0);
      lock.release(0);
    }
    expect(calls).toEqual([
      'acquire, 0 noises',
      'release, 0 noises',
      'acquire, 1 noises',
      'release, 1 noises',
    ]);
    expect(noises()).toBe(2);
  });

  test.each([true, false])('after one release in so many, nap: %s', (isNap) => {
    const { lock, noises } = noisy(4, isNap);
    for (let turn = 0; turn < 200; turn++) lock.release(0);
    expect(noises()).toBeGreaterThan(20);
    expect(noises()).toBeLessThan(90);
  });

  test('makes none before it was told to', () => {
    const { lock, noises } = noisy(0);
    for (let turn = 0; turn < 50; turn++) lock.release(0);
    expect(noises()).toBe(0);
  });
});

describe('WatchedLock', () => {
  /** A lock under which somebody changes a word as soon as its holder has looked once. */
  function watched(protocol: 'guarded' | 'as-published', changes: boolean) {
    const program = programWith({ protocol });
    const memory = createMemory(planOf(program));
    const { words, layout } = memory;
    const record = new Int32Array(DisturbanceWord.count);
    const at = layout.allocator + Allocator.count;
    // Between its two looks the holder spins on a word: whoever reads that, changes the other.
    const meddler = new Proxy(random(), {
      get: (target, key) => (key === 'below' ? () => 0 : Reflect.get(target, key)),
    });
    const watch = new Watch(meddler, words, quiet, record);
    watch.begin(meddler, 1);
    const { allocation } = watchedIn(layout);
    const inner = lockOn('test-and-set', words, layout.allocationLock);
    const lock = new WatchedLock(inner, watch, allocation);
    const look = () => {
      if (!changes) return lock.acquire(0);
      const first = new Int32Array(allocation.reduce((sum, { wordCount }) => sum + wordCount, 0));
      const meddling = new Proxy(first, {
        set(target, key, value) {
          target[Number(key)] = value;
          // The last word has been looked at: from here on the holder stalls.
          if (Number(key) === target.length - 1) words[at] = 7;
          return true;
        },
        get: (target, key) => Reflect.get(target, key),
      });
      return watch.look(allocation, meddling as Int32Array);
    };
    return { look, record, name: () => wordNameIn(layout, record[DisturbanceWord.word] as number) };
  }

  test('sees what was changed while it stalled, and names it', () => {
    const { look, record, name } = watched('guarded', true);
    look();
    expect(record[DisturbanceWord.changed]).toBe(1);
    expect([record[DisturbanceWord.before], record[DisturbanceWord.after]]).toEqual([0, 7]);
    expect(name()).toBe('allocator count');
  });

  test('sees nothing where nothing changed', () => {
    const { look, record } = watched('guarded', false);
    look();
    expect([record[DisturbanceWord.looked], record[DisturbanceWord.changed]]).toEqual([1, 0]);
  });

  test('watches what the lock guards, or what stands beside it unguarded', () => {
    const namesOf = (program: Parameters<typeof programWith>[0]) => {
      const { layout } = createMemory(planOf(programWith(program)));
      const { allocation, target } = watchedIn(layout);
      return [allocation, target].map((regions) => regions.map(({ name }) => name));
    };
    const state = ['allocator', 'reservation bitmap'];
    expect(namesOf({ protocol: 'guarded' })).toEqual([state, ['remap table']]);
    expect(namesOf({ protocol: 'as-published' })).toEqual([state, ['remap table']]);
    expect(namesOf({ allocator: 'bitmap' })).toEqual([[], ['remap table']]);
  });
});
