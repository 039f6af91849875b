import { assert } from '../errors.ts';
import { formatMetric, type Metric, metricNamed } from '../scenario/metrics.ts';
import type { Comparison, Threshold } from '../scenario/plan.ts';
import type { Measured } from './measured.ts';
import type { ResultThreshold } from './result-schema.ts';

const NO_SAMPLES = 'no samples';

/**
 * Each threshold against the figure it names. Counters start at 0 and can always be judged; a
 * distribution without samples and a ratio of nothing cannot, and such a threshold fails: silence
 * must not pass for success.
 */
export function evaluateThresholds(
  thresholds: readonly Threshold[],
  measured: Measured,
): ResultThreshold[] {
  return thresholds.map((threshold) => evaluate(threshold, measured));
}

function evaluate(threshold: Threshold, measured: Measured): ResultThreshold {
  const { expression, metric: name, comparison, limit } = threshold;
  const metric = metricNamed(name);
  assert(metric !== undefined, `no metric is named ${name}`);
  const observed = metricValue(metric, measured);
  if (observed === null) {
    const failure = { observed, observedText: NO_SAMPLES, pass: false, reason: NO_SAMPLES };
    return { expression, metric: name, ...failure };
  }
  const pass = compare(observed, comparison, limit);
  const observedText = formatMetric(metric, observed);
  return { expression, metric: name, observed, observedText, pass, reason: null };
}

/**
 * The figure that a metric names; null where there is nothing to judge: a ratio of nothing, or a
 * distribution without samples.
 */
export function metricValue(metric: Metric, measured: Measured): number | null {
  let node: unknown = measured;
  let holder: unknown = null;
  for (const key of metric.path) {
    holder = node;
    node = Array.isArray(node) ? node.find(({ name }) => name === key) : memberOf(node, key);
    assert(node !== undefined, `no figure at ${metric.path.join('.')}`);
  }
  if (metric.isDistribution && isObject(holder) && holder.count === 0) return null;
  assert(
    node === null || typeof node === 'number',
    `the figure at ${metric.path.join('.')} is no number`,
  );
  // NaN: the version that wrote the result did not have it.
  return Number.isNaN(node) ? null : node;
}

function memberOf(node: unknown, key: string): unknown {
  return isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
}

function isObject(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null;
}

function compare(observed: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '<':
      return observed < limit;
    case '<=':
      return observed <= limit;
    case '>':
      return observed > limit;
    case '>=':
      return observed >= limit;
    case '==':
      return observed === limit;
    case '!=':
      return observed !== limit;
  }
}
