import { createHash } from 'node:crypto';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { streamFor } from '../random.ts';
import type { LoadedScenario, LoadedSweep } from '../run/load-scenario.ts';
import type { ParsedCell } from '../scenario/parse.ts';
import { durationOf, type Plan } from '../scenario/plan.ts';

/**
 * A sweep as a list of runs. A cell is one choice of values; it is run once for each seed and each
 * repeat. A run is what is handed out, kept and resumed: it has an id, the hash of its resolved
 * scenario, which is the same on every machine and in every order.
 */

/** One value of the matrix, in words. */
export interface CellValue {
  readonly key: string;
  readonly text: string;
}

export interface SweepRun {
  readonly id: string;
  /** In the order of the matrix: cells, then seeds, then repeats. */
  readonly index: number;
  readonly values: readonly CellValue[];
  readonly seed: number;
  /** From 0; runs that differ in nothing else draw the same operations. */
  readonly repeat: number;
  /** Values as `--set` takes them, which make one run of the scenario's file. */
  readonly sets: readonly string[];
  /** The resolved scenario, as it is stored. */
  readonly scenario: LoadedScenario['scenario'];
  /** What its load is meant to take, warm-up included; null where something else ends it. */
  readonly plannedNs: number | null;
  /** With its trace, read now. */
  readonly load: () => LoadedScenario;
}

export interface SweepPlan {
  /** Hash of the ids of all runs: the same question, whoever asks it. */
  readonly id: string;
  readonly name: string;
  readonly sourceFile: string;
  readonly axes: readonly { readonly key: string; readonly texts: readonly string[] }[];
  readonly cellCount: number;
  readonly seeds: readonly number[];
  readonly repeats: number;
  readonly runs: readonly SweepRun[];
}

/** Long enough that no two of a million runs share one by chance. */
const ID_LENGTH = 24;

/** @param sets of the command line, to be repeated where one run is to be repeated */
export function planSweep(sweep: LoadedSweep, sets: readonly string[] = []): SweepPlan {
  const { seeds, repeats, sourceFile } = sweep;
  const others = sets.filter((set) => !/^(matrix|seed)\b/.test(set));
  const runs: SweepRun[] = [];
  for (const cell of sweep.cells) {
    for (const seed of seeds) {
      for (let repeat = 0; repeat < repeats; repeat++) {
        runs.push(runOf(cell, { index: runs.length, seed, repeat, sets: others, sweep }));
      }
    }
  }
  return {
    id: digestOf([...runs.map(({ id }) => id)].sort()).slice(0, ID_LENGTH),
    name: sweep.name,
    sourceFile,
    axes: sweep.axes.map(({ key, settings }) => ({ key, texts: settings.map(({ text }) => text) })),
    cellCount: sweep.cells.length,
    seeds,
    repeats,
    runs,
  };
}

function runOf(
  { cell, plan, scenario, sourceFile }: ParsedCell,
  place: {
    readonly index: number;
    readonly seed: number;
    readonly repeat: number;
    readonly sets: readonly string[];
    readonly sweep: LoadedSweep;
  },
): SweepRun {
  const { index, seed, repeat, sweep } = place;
  const values = cell.map(({ key, text }) => ({ key, text }));
  const seeded = { plan: { ...plan, seed }, scenario: { ...scenario, seed }, sourceFile };
  return {
    id: runIdOf(seeded.scenario, repeat, sourceFile),
    index,
    values,
    seed,
    repeat,
    sets: ['matrix={}', ...place.sets, ...values.map(({ key, text }) => `${key}=${text}`)],
    scenario: seeded.scenario,
    plannedNs: plannedNsOf(plan),
    load: () => sweep.load(seeded),
  };
}

/** Files count by where they are from the scenario, since checkouts lie in different places. */
export function runIdOf(scenario: unknown, repeat: number, sourceFile: string): string {
  const folder = resolve(dirname(sourceFile));
  return digestOf({ repeat, scenario: withRelativePaths(scenario, folder) }).slice(0, ID_LENGTH);
}

function withRelativePaths(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withRelativePaths(item, folder));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, below]) => {
      const isPath = key === 'file' || key === 'beside';
      if (isPath && typeof below === 'string' && isAbsolute(below)) {
        return [key, relative(folder, below)];
      }
      return [key, withRelativePaths(below, folder)];
    }),
  );
}

/** Of plain data, whatever the order of its keys. */
function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, below]) => [key, sorted(below)]));
}

/**
 * The order in which runs are made: rounds of every cell once, each round shuffled. What drifts
 * while a sweep goes on (temperature, neighbours) then falls on all cells alike, and a sweep that
 * is cut short has about as much of each.
 */
export function inRandomOrder(plan: SweepPlan, orderSeed: number): SweepRun[] {
  const random = streamFor(orderSeed, null, 'sweep order');
  const rounds = plan.seeds.length * plan.repeats;
  const order: SweepRun[] = [];
  for (let round = 0; round < rounds; round++) {
    const runs = plan.runs.filter(({ index }) => index % rounds === round);
    for (let last = runs.length - 1; last > 0; last--) {
      const other = random.below(last + 1);
      [runs[last], runs[other]] = [runs[other] as SweepRun, runs[last] as SweepRun];
    }
    order.push(...runs);
  }
  return order;
}

function plannedNsOf(plan: Plan): number | null {
  const durationNs = durationOf(plan);
  return durationNs === null ? null : plan.load.warmupNs + durationNs;
}
