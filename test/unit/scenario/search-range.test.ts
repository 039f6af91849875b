import { describe, expect, test } from 'vitest';
import { readSearchRange, searchValueText } from '../../../src/scenario/search-range.ts';
import { messagesOf, planOf } from './support.ts';

const HEAD = 'version: 1\nname: x\nload: { operations: 5 }\n';

describe('the ends of a search', () => {
  test.each([
    [1, 8, { from: 1, to: 8, unit: '', isWhole: true }],
    ['4k', '64k', { from: 4, to: 64, unit: 'k', isWhole: true }],
    ['1k/s', '2M/s', { from: 1000, to: 2e6, unit: '/s', isWhole: true }],
    ['10us', '50us', { from: 10, to: 50, unit: 'us', isWhole: true }],
    [0.5, 2, { from: 0.5, to: 2, unit: '', isWhole: false }],
  ])('%s and %s are read with their unit', (from, to, range) => {
    expect(readSearchRange(from, to).range).toEqual(range);
  });

  test('a value between them is written in that unit', () => {
    expect(searchValueText(31_623, { unit: '/s' })).toBe('31623/s');
    expect(searchValueText(7, { unit: '' })).toBe('7');
  });
});

describe('a search in a scenario', () => {
  test('becomes a plan, with its defaults', () => {
    const search = 'search: { maximize: load.threads, while: read.p99 < 1ms, from: 1, to: 8 }\n';
    expect(planOf(HEAD + search).search).toEqual({
      key: 'load.threads',
      conditions: ['read.p99 < 1ms'],
      from: 1,
      to: 8,
      unit: '',
      isWhole: true,
      tolerance: 0.05,
      scale: 'geometric',
    });
  });

  test.each([
    ['maximize: load.threads, while: read.p98 < 1ms, from: 1, to: 8', /unknown metric "read\.p98"/],
    ['maximize: load.threads, while: [read.p99 < 1], from: 1, to: 8', /needs a limit with a time/],
    ['maximize: load threads, while: errors == 0, from: 1, to: 8', /must be keys joined by dots/],
    ['maximize: load.threads, while: errors == 0, from: 8, to: 8', /search\.to must be above from/],
    ['maximize: load.threads, while: errors == 0, from: 0, to: 8', /search\.from must be above 0/],
    ['maximize: x, while: errors == 0, from: 1k, to: 8M', /in the unit of from \(1k\)/],
    ['maximize: x, while: errors == 0, from: few, to: 8', /search\.from must be a number/],
    ['while: errors == 0, from: 1, to: 8', /search\.maximize is missing/],
  ])('%s is refused', (search, message) => {
    expect(messagesOf(`${HEAD}search: { ${search} }\n`).join('\n')).toMatch(message);
  });
});
