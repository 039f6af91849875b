import { parseCount, parseRate, parseRatio, parseSize, parseTime, type Reading } from '../units.ts';
import {
  DISTRIBUTIONS,
  isByteRate,
  JOB_SCALARS,
  jobOfMetric,
  METRIC_GROUPS,
  METRICS,
  type Metric,
  metricNamed,
  STATISTICS,
} from './metrics.ts';
import { COMPARISONS, type Comparison, OPERATIONS, type Threshold } from './plan.ts';
import { shown } from './problems.ts';
import { closest } from './suggest.ts';

/** What is wrong with a threshold, and which part of its text: offset and width in characters. */
interface ThresholdProblem {
  readonly message: string;
  readonly hint: string | null;
  readonly offset: number;
  readonly width: number;
}

export type ThresholdReading =
  | { readonly threshold: Threshold; readonly problem: null }
  | { readonly threshold: null; readonly problem: ThresholdProblem };

const SHAPE = /^(\s*)([^\s<>=!]*)(\s*)([<>=!]*)(\s*)(.*?)\s*$/su;

/**
 * `metric comparison limit`, e.g. `allocation.p99.9 < 100us`. Never throws.
 *
 * @param jobs names of the jobs that there are
 */
export function parseThreshold(text: string, jobs: readonly string[] = []): ThresholdReading {
  const match = SHAPE.exec(text);
  const [lead = '', name = '', gap = '', sign = '', space = '', limitText = ''] =
    match?.slice(1) ?? [];
  const signAt = lead.length + name.length + gap.length;
  const limitAt = signAt + sign.length + space.length;

  const metric = metricNamed(name);
  const job = jobOfMetric(name);
  if (job !== null && !jobs.includes(job)) {
    const message = `there is no job ${shown(job)} that a threshold could be about`;
    return failed({ message, hint: `known: ${jobs.join(', ')}` }, lead.length, name.length);
  }
  if (metric === undefined) return failed(unknownMetric(name), lead.length, name.length);
  if (!isComparison(sign)) {
    const found = sign === '' ? 'no comparison' : shown(sign);
    const message = `a threshold compares with one of ${COMPARISONS.join(' ')}, found ${found}`;
    return failed({ message, hint: EXAMPLE }, signAt, Math.max(1, sign.length));
  }
  const limit = limitOf(metric, limitText);
  if (!limit.ok) {
    const found = limitText === '' ? 'nothing' : shown(limitText);
    const message = `${name} ${limit.problem}, found ${found}`;
    return failed({ message, hint: null }, limitAt, Math.max(1, limitText.length));
  }
  const expression = `${name} ${sign} ${limitText}`;
  return {
    threshold: { expression, metric: name, comparison: sign, limit: limit.value },
    problem: null,
  };
}

const EXAMPLE = 'as in "allocation.p99 < 100us"';

type Explanation = Pick<ThresholdProblem, 'message' | 'hint'>;

function failed(explanation: Explanation, offset: number, width: number): ThresholdReading {
  return { threshold: null, problem: { ...explanation, offset, width: Math.max(1, width) } };
}

function unknownMetric(name: string): Explanation {
  if (name === '') return { message: 'a threshold begins with a metric', hint: EXAMPLE };
  const job = jobOfMetric(name);
  if (job !== null) {
    const message = `threshold uses unknown metric ${shown(name)}`;
    const operations = `${OPERATIONS.join(', ')} with service or response and a statistic`;
    const hint = `of a job there are: ${operations}, as in jobs.${job}.read.p99; ${JOB_SCALARS.join(', ')}`;
    return { message, hint };
  }
  const distribution = DISTRIBUTIONS.find((known) => known.name === name);
  const statistics = `its statistics: ${STATISTICS.join(', ')}`;
  if (distribution !== undefined) {
    const message = `${name} is a distribution: say which statistic, as in ${name}.p99`;
    return { message, hint: statistics };
  }
  const message = `threshold uses unknown metric ${shown(name)}`;
  const like = closest(
    name,
    METRICS.map((metric) => metric.name),
  );
  const group = DISTRIBUTIONS.filter((known) => name.startsWith(`${known.name}.`)).at(-1);
  if (group !== undefined && metricOfSameGroup(group.name, like)) {
    return { message, hint: statistics };
  }
  if (like !== undefined) return { message, hint: `did you mean ${JSON.stringify(like)}?` };
  const known = METRIC_GROUPS.join(', ').replaceAll('.<statistic>', '.*');
  return { message, hint: `known: ${known}, where * is one of ${STATISTICS.join(', ')}` };
}

/**
 * A statistic we lack (`p95`) is close to several we have; then the list says more than a guess.
 */
function metricOfSameGroup(group: string, like: string | undefined): boolean {
  return like === undefined || like.startsWith(`${group}.p`);
}

/** The problem, if any, reads on after the metric's name. */
function limitOf(metric: Metric, text: string): Reading {
  const [reading, wanted] = readLimit(metric, text);
  return reading.ok ? reading : { ok: false, problem: wanted };
}

function readLimit(metric: Metric, text: string): readonly [Reading, string] {
  switch (metric.unit) {
    case 'ns':
      return [parseTime(text), 'needs a limit with a time unit, as in 100us or 1.5ms'];
    case 'ratio':
      return [shareOf(text), 'needs a limit from 0% to 100%, as in 80% or 0.8'];
    case 'bytes':
      return [whole(parseSize(text)), 'needs a limit in bytes, as in 512 or 5MiB'];
    case 'count':
      return [whole(parseCount(text)), 'needs a whole number as its limit, as in 0 or 10k'];
    case 'per-second':
      return isByteRate(metric)
        ? [rateOf(text, true), 'needs a limit in bytes per second, as in 100MiB/s']
        : [rateOf(text, false), 'needs a limit per second, as in 150k/s'];
  }
}

function shareOf(text: string): Reading {
  const reading = parseRatio(text);
  return reading.ok && reading.value > 1 ? { ok: false, problem: 'above 100%' } : reading;
}

function whole(reading: Reading): Reading {
  const isFraction = reading.ok && !Number.isInteger(reading.value);
  return isFraction ? { ok: false, problem: 'not a whole number' } : reading;
}

function rateOf(text: string, inBytes: boolean): Reading {
  const saysBytes = /B\/s$/.test(text);
  return saysBytes === inBytes ? parseRate(text) : { ok: false, problem: 'another unit' };
}

function isComparison(sign: string): sign is Comparison {
  return (COMPARISONS as readonly string[]).includes(sign);
}
