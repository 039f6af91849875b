import { readFileSync } from 'node:fs';
import type { Side } from '../../src/compare/compare.ts';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import type { RandomStream } from '../../src/random.ts';
import type { Histogram } from '../../src/record/histogram.ts';
import { rowsIn } from './csv.ts';

export function someComparedRun(
  values: Readonly<Record<string, number>>,
  histograms: Readonly<Record<string, Histogram>> = {},
  overrides: Partial<ComparedRun> = {},
): ComparedRun {
  return {
    name: 'a-run',
    source: 'sparestorm',
    host: { cpu: 'some cpu', cores: 2, platform: 'linux', node: 'Node 20' },
    scenario: { load: { threads: 2 } },
    values: new Map(Object.entries(values)),
    histograms: new Map(Object.entries(histograms)),
    ...overrides,
  };
}

export function sideOf(name: string, runs: readonly ComparedRun[]): Side {
  return { name, runs };
}

/**
 * Runs that were recorded on a machine with other work: 200 ms of one thread each, whose figures
 * differ by half of themselves. Worse than this nobody should measure.
 */
export function recordedRuns(): ComparedRun[] {
  return runsIn('recorded-runs');
}

/**
 * Thirty runs of two seconds each, on two cores with a dozen other programs: a closed load of two
 * threads on a device that serves one request at a time, in 500 µs. The device makes the latencies.
 */
export function deviceRuns(): ComparedRun[] {
  return runsIn('device-runs');
}

/** Thirty runs of four seconds of the same hour, of one thread on the memory itself. */
export function memoryRuns(): ComparedRun[] {
  return runsIn('memory-runs');
}

function runsIn(file: string): ComparedRun[] {
  const path = new URL(`../data/compare/${file}.csv`, import.meta.url);
  return rowsIn(readFileSync(path, 'utf8')).map((row) =>
    someComparedRun(
      Object.fromEntries(Object.entries(row).map(([name, text]) => [name, Number(text)])),
    ),
  );
}

/** So many of them, none twice. */
export function drawn<T>(all: readonly T[], count: number, random: RandomStream): T[] {
  const left = [...all];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] as T);
}

/** By the polar method's simpler sibling (G. Box, M. Muller, 1958). */
export function normalDraw(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform53()));
  return radius * Math.cos(2 * Math.PI * random.uniform53());
}
