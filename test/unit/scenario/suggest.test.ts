import { describe, expect, it } from 'vitest';
import { closest, didYouMean, editDistance } from '../../../src/scenario/suggest.ts';

describe('the edit distance', () => {
  it.each([
    ['', '', 0],
    ['a', '', 1],
    ['kitten', 'sitting', 3],
    ['duraton', 'duration', 1],
    ['threads', 'therads', 1],
    ['abc', 'abc', 0],
  ])('between %j and %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('a suggestion', () => {
  it.each([
    ['duraton', 'duration'],
    ['Duration', 'duration'],
    ['warm-up', 'warmup'],
    ['xyz', undefined],
    ['d', undefined],
    ['duration'.repeat(100), undefined],
  ])('for %j is %s', (word, meant) => {
    expect(closest(word, ['duration', 'warmup', 'threads'])).toBe(meant);
  });

  it('is the list of what is known where nothing is close', () => {
    expect(didYouMean('xyz', ['a1', 'b2'])).toBe('known: a1, b2');
    expect(didYouMean('thread', ['threads'])).toBe('did you mean "threads"?');
  });
});
