import { describe, test } from 'vitest';
import { addressSourceFor } from '../../../src/load/addresses.ts';
import { Scatter } from '../../../src/load/scatter.ts';
import { AliasTable, RejectionInversion, zipfWeight } from '../../../src/load/zipf.ts';
import { streamFor } from '../../../src/random.ts';
import type { Plan } from '../../../src/scenario/plan.ts';
import { expectAnotherLaw, expectLaw } from '../../support/goodness-of-fit.ts';
import { planWith } from '../../support/plans.ts';

/*
 * Goal: what is drawn follows the law that the documentation names, and not one that looks like it.
 *
 * Method: chi-square against exact probabilities, with fixed seeds (see support/goodness-of-fit);
 * the canary at the end shows that a law off by a few per cent does not pass. Laws of other
 * addresses, and of what is done to them, are in workload-law.
 *
 * Not covered: dependence between draws; for that the generator's published vectors stand.
 */

const THETAS = [0.5, 1, 1.1, 2];

describe('uniform', () => {
  test.each([3, 1000, 65_537])('below(%i) favours nobody', (bound) => {
    const stream = streamFor(1, 0, 'law');
    expectLaw(new Float64Array(bound).fill(1), () => stream.below(bound));
  });

  test('all positions of a slice are equally likely, for each of several block sizes', () => {
    for (const size of [8, 24]) {
      const source = addressSourceFor(planOf({ distribution: 'uniform', sizes: [8, 24] }), 1);
      const positionCount = Math.floor(SECTORS / size);
      expectLaw(new Float64Array(positionCount).fill(1), () => source.next(size) / size);
    }
  });
});

describe('zipf', () => {
  test.each(THETAS)('the alias table follows 1 / rank^%f exactly', (theta) => {
    const weights = zipfWeights(5000, theta);
    const table = new AliasTable(weights, streamFor(2, 0, 'law'));
    expectLaw(weights, () => table.next());
  });

  test.each(THETAS)('rejection-inversion follows 1 / rank^%f exactly', (theta) => {
    const sampler = new RejectionInversion(5000, theta, streamFor(3, 0, 'law'));
    expectLaw(zipfWeights(5000, theta), () => sampler.next());
  });

  test.each(THETAS)('rejection-inversion does so for millions of items, theta %f', (theta) => {
    const itemCount = 3_000_000;
    const sampler = new RejectionInversion(itemCount, theta, streamFor(4, 0, 'law'));
    expectLaw(zipfWeights(itemCount, theta), () => sampler.next());
  });

  test('theta next to 1 is as good as 1 itself', () => {
    for (const theta of [1 - 1e-12, 1 + 1e-12]) {
      const sampler = new RejectionInversion(5000, theta, streamFor(5, 0, 'law'));
      expectLaw(zipfWeights(5000, 1), () => sampler.next());
    }
  });

  test('addresses follow the law of the rank that the scatter puts there', () => {
    const source = addressSourceFor(planOf({ distribution: 'zipf', theta: 1.1, sizes: [8] }), 0);
    const itemCount = Math.floor(SECTORS / 8);
    const scatter = new Scatter(itemCount, streamFor(42, null, 'scatter'));
    const weights = new Float64Array(itemCount);
    for (let index = 0; index < itemCount; index++) {
      weights[scatter.positionOf(index)] = zipfWeight(index + 1, 1.1);
    }
    expectLaw(weights, () => source.next(8) / 8);
  });
});

test('canary: a theta that is off by 2 % does not pass', () => {
  const sampler = new RejectionInversion(5000, 1.02, streamFor(6, 0, 'law'));
  expectAnotherLaw(zipfWeights(5000, 1), () => sampler.next());
});

const SECTORS = 80_003;

function planOf(load: {
  readonly distribution: 'uniform' | 'zipf';
  readonly theta?: number;
  readonly sizes: readonly number[];
}): Plan {
  const { distribution, theta = 1, sizes } = load;
  return planWith({
    device: { sectorCount: SECTORS },
    load: {
      threadCount: 2,
      blockSizes: sizes.map((sectorCount) => ({ sectorCount, weight: 1 })),
      addresses: { distribution, theta, slices: 'shared' },
    },
  });
}

function zipfWeights(itemCount: number, theta: number): Float64Array {
  return new Float64Array(itemCount).map((_, index) => zipfWeight(index + 1, theta));
}
