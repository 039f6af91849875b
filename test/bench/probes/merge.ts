import { type Histogram, mergeHistograms } from '../../../src/record/histogram.ts';
import type { Probe } from './probe.ts';
import { repeat } from './repetitions.ts';

/** Many histograms into one, as at the end of a run. The sum is new each time. */
export const merge: Probe = {
  options: ['histograms', 'buckets'],
  run(options) {
    const histogramCount = options.whole('histograms', { min: 1, max: 65_536, otherwise: 64 });
    const bucketCount = options.whole('buckets', { min: 1, max: 2 ** 20 });
    const parts = Array.from({ length: histogramCount }, (_, part) =>
      filledHistogram(part * bucketCount, bucketCount),
    );
    const { minNs, medianNs } = repeat((count) => {
      let merged = 0;
      for (let call = 0; call < count; call++) merged += mergeHistograms(parts, bucketCount).count;
      return merged;
    }, 1);
    return { minNs, medianNs };
  },
};

function filledHistogram(from: number, bucketCount: number): Histogram {
  const counts = Float64Array.from({ length: bucketCount }, (_, index) => (from + index) % 7);
  // Not empty, even where its only bucket is: an empty one is passed over.
  const count = 1 + counts.reduce((sum, occurrences) => sum + occurrences, 0);
  return { counts, count, sumNs: count, minNs: 1, maxNs: 1, overflowCount: 0 };
}
