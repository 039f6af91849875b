import { ScenarioError } from '../errors.ts';
import type { ServiceTable } from './plan.ts';
import { problemAt, shown } from './problems.ts';
import { type Source, sourceOf } from './source.ts';

/**
 * Latencies that were recorded elsewhere, as the distribution that a device draws from: a
 * percentile spectrum as HdrHistogram prints it (`.hgrm`), or the bins of fio's `json+`.
 *
 * A spectrum lists values at percentiles, so a draw lies between two of them; fio lists how often
 * each of its narrow bins was met, so a draw is one of those.
 */

/** What the scenario says of the file. */
export interface RecordedLatencies {
  readonly file: string;
  /** Nanoseconds of one unit of a spectrum; fio's are always nanoseconds. */
  readonly unitNs: number;
  /** Only latencies of this; null = of all that fio has, or the first spectrum of the file. */
  readonly of: string | null;
}

/** Throws ScenarioError, with the place in the file. */
export function serviceTableOf(text: string, recorded: RecordedLatencies): ServiceTable {
  const source = sourceOf(recorded.file, text);
  return /^\s*\{/.test(text) ? fioTable(source, recorded) : spectrumTable(source, recorded);
}

/** Moments of what a draw from the table comes to. */
export function momentsOf({ valuesNs, shares, interpolates }: ServiceTable): {
  meanNs: number;
  deviationNs: number;
} {
  let mean = 0;
  let square = 0;
  for (let index = 0; index < shares.length; index++) {
    const share = (shares[index] as number) - (shares[index - 1] ?? 0);
    const high = valuesNs[index] as number;
    const low = interpolates ? (valuesNs[index - 1] ?? high) : high;
    mean += (share * (low + high)) / 2;
    // Of a value that lies evenly between the two.
    square += (share * (low * low + low * high + high * high)) / 3;
  }
  return { meanNs: mean, deviationNs: Math.sqrt(Math.max(0, square - mean * mean)) };
}

const SPECTRUM_LINE = /^\s*(\d+(?:\.\d+)?)\s+([01](?:\.\d+)?)\s+(\d+)(?:\s+\S+)?\s*$/;
const SPECTRUM_HEAD = /^\s*"?Value"?[\s,]+"?Percentile"?/;

function spectrumTable(source: Source, { file, unitNs, of }: RecordedLatencies): ServiceTable {
  const valuesNs: number[] = [];
  const shares: number[] = [];
  let name: string | null = null;
  let isChosen = false;
  const names: string[] = [];
  let start = 0;
  for (const line of source.text.split('\n')) {
    const at = { source, start, end: start + Math.max(1, line.trimEnd().length) };
    start += line.length + 1;
    const title = /^#\s*([^\s,\]:[(]+),/.exec(line);
    if (title !== null) name = title[1] as string;
    if (SPECTRUM_HEAD.test(line)) {
      if (valuesNs.length > 0) break;
      if (name !== null) names.push(name);
      isChosen = of === null || of === name;
      continue;
    }
    if (!isChosen || line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const match = SPECTRUM_LINE.exec(line);
    if (match === null) {
      throw new ScenarioError([
        problemAt(at, 'must be a value, its percentile (0 to 1) and a count', LINE_HINT),
      ]);
    }
    const valueNs = Number(match[1]) * unitNs;
    const share = Number(match[2]);
    if (valueNs < (valuesNs.at(-1) ?? 0) || share < (shares.at(-1) ?? 0)) {
      throw new ScenarioError([problemAt(at, 'values and percentiles must not fall', LINE_HINT)]);
    }
    valuesNs.push(valueNs);
    shares.push(share);
  }
  if (valuesNs.length === 0) {
    const message =
      of === null
        ? 'holds neither the spectrum of a histogram (Value, Percentile, TotalCount) nor fio json+'
        : `holds no spectrum of ${shown(of)}`;
    throw fileProblem(file, message, names.length === 0 ? null : `it has: ${names.join(', ')}`);
  }
  shares[shares.length - 1] = 1;
  return withoutDoubles({ file, valuesNs, shares, interpolates: true });
}

const LINE_HINT = 'as in "     100.351     0.500000000000     3021    2.00"';

/** Of equal values the last, which has the highest percentile; the first stays as the lowest. */
function withoutDoubles({ valuesNs, shares, ...rest }: ServiceTable): ServiceTable {
  const kept = valuesNs.map(
    (value, index) => index === 0 || value !== valuesNs[index + 1] || index === shares.length - 1,
  );
  return {
    ...rest,
    valuesNs: valuesNs.filter((_, index) => kept[index]),
    shares: shares.filter((_, index) => kept[index]),
  };
}

const FIO_DIRECTIONS = ['read', 'write', 'trim'] as const;

function fioTable(source: Source, { file, of }: RecordedLatencies): ServiceTable {
  let document: unknown;
  try {
    document = JSON.parse(source.text);
  } catch (error) {
    throw fileProblem(file, `is no JSON: ${(error as Error).message}`, null);
  }
  const jobs = entryOf(document, 'jobs');
  const counts = new Map<number, number>();
  for (const job of Array.isArray(jobs) ? jobs : []) {
    for (const direction of FIO_DIRECTIONS) {
      if (of !== null && of !== direction) continue;
      const latencies = entryOf(entryOf(job, direction), 'clat_ns');
      const bins = entryOf(latencies, 'bins');
      for (const [key, value] of Object.entries(bins ?? {})) {
        const valueNs = Number(key);
        if (!(valueNs >= 0) || !Number.isSafeInteger(value) || (value as number) < 0) {
          const message = `has a bin ${shown(key)} of ${shown(value)} where a time in ns and a count belong`;
          throw fileProblem(file, message, null);
        }
        counts.set(valueNs, (counts.get(valueNs) ?? 0) + (value as number));
      }
    }
  }
  const sorted = [...counts].filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) {
    const message = `holds no completion latencies${of === null ? '' : ` of ${shown(of)}`} by bin`;
    throw fileProblem(file, message, 'write it with fio --output-format=json+');
  }
  let sum = 0;
  const shares = sorted.map(([, count]) => {
    sum += count;
    return sum / total;
  });
  return { file, valuesNs: sorted.map(([value]) => value), shares, interpolates: false };
}

function entryOf(value: unknown, key: string): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = (value as Record<string, unknown>)[key];
  return typeof entry === 'object' && entry !== null ? entry : undefined;
}

function fileProblem(file: string, message: string, hint: string | null): ScenarioError {
  const problem = { file, position: null, message: `${file} ${message}`, excerpt: null, hint };
  return new ScenarioError([problem]);
}
