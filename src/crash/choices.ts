import type { RandomStream } from '../random.ts';
import type { CachedSurface } from './cached-surface.ts';
import type { Contents } from './contents.ts';

/** A sector that was being written when power failed, and what it may hold after it. */
export interface Choice {
  readonly sector: number;
  /** Contents by number: first what was durable, last what was written last, then torn ones. */
  readonly options: readonly number[];
  /** Place of what was written last among them. */
  readonly latest: number;
}

/** Every sector of those given that power may catch between two contents. */
export function choicesAt(
  surface: CachedSurface,
  sectors: Iterable<number>,
  contents: Contents,
  tornSectors: boolean,
): Choice[] {
  const choices: Choice[] = [];
  for (const sector of sectors) {
    const versions = surface.pendingOf(sector).map(({ content }) => content);
    if (versions.length === 0) continue;
    const whole = [...new Set([surface.durableOf(sector), ...versions])];
    const torn = tornSectors
      ? versions.flatMap((content, index) =>
          whole.slice(0, index + 1).flatMap((before) => contents.tornBetween(before, content)),
        )
      : [];
    const options = [...new Set([...whole, ...torn])];
    const latest = options.indexOf(versions.at(-1) as number);
    if (options.length > 1) choices.push({ sector, options, latest });
  }
  return choices;
}

/** How many ways there are to choose; beyond 2^53 only about so many. */
export function combinationCount(choices: readonly Choice[]): number {
  return choices.reduce((product, { options }) => product * options.length, 1);
}

/**
 * Ways to choose: an option of each, by place. All of them if there are no more than `most`; else
 * nothing written, everything, everything but one, one alone, and then others at random.
 */
export function* combinationsOf(
  choices: readonly Choice[],
  most: number,
  random: RandomStream,
): Generator<readonly number[]> {
  if (combinationCount(choices) <= most) {
    yield* allCombinations(choices);
    return;
  }
  let left = most;
  for (const places of telling(choices)) {
    if (left-- <= 0) return;
    yield places;
  }
  while (left-- > 0) yield choices.map(({ options }) => random.below(options.length));
}

function* allCombinations(choices: readonly Choice[]): Generator<readonly number[]> {
  const places = choices.map(() => 0);
  for (;;) {
    yield places;
    let digit = 0;
    while (digit < choices.length) {
      const next = (places[digit] as number) + 1;
      places[digit] = next < (choices[digit] as Choice).options.length ? next : 0;
      if (places[digit] !== 0) break;
      digit++;
    }
    if (digit === choices.length) return;
  }
}

function* telling(choices: readonly Choice[]): Generator<readonly number[]> {
  yield choices.map(() => 0);
  yield choices.map(({ latest }) => latest);
  for (const alone of choices.keys()) {
    yield choices.map(({ latest }, index) => (index === alone ? latest : 0));
    yield choices.map(({ latest }, index) => (index === alone ? 0 : latest));
  }
}

/** Every choice of so many of `count` things. */
export function subsetsOf(count: number, size: number): number[][] {
  if (size === 0) return [[]];
  if (size > count) return [];
  return [
    ...subsetsOf(count - 1, size),
    ...subsetsOf(count - 1, size - 1).map((subset) => [...subset, count - 1]),
  ];
}
