/**
 * The runs of a sweep, from one folder or from many, as one table of cells.
 *
 * Integrity is judged over all runs of a cell, wherever they were made: a collision is one on any
 * machine. Latencies are added up within one host class only, and stand side by side otherwise.
 * Thresholds are judged on what was added up. Each run counts once; what is missing, double,
 * damaged or of another version is said.
 */
import { EXIT, UsageError, worstExitCode } from '../errors.ts';
import type { Measured } from '../report/measured.ts';
import type { Outcome, Result, ResultCheck, ResultThreshold } from '../report/result-schema.ts';
import { plural } from '../report/text.ts';
import { evaluateThresholds } from '../report/thresholds.ts';
import { collisionCountOf, verdictOf } from '../report/verdict.ts';
import { OPERATIONS, type Operation, type Threshold } from '../scenario/plan.ts';
import { parseThreshold } from '../scenario/thresholds.ts';
import { TOOL } from '../version.ts';
import { type CombinedJob, checksOf, combineRuns, jobsOf, type MeasuredRun } from './combine.ts';
import { hostClassOf } from './host-class.ts';
import {
  type Manifest,
  type ManifestRun,
  SWEEP_SCHEMA_VERSION,
  type SweepFolder,
} from './sweep-folder.ts';
import type { CellValue } from './sweep-plan.ts';

/** One run in a few figures: what curves are fitted to, and intervals drawn from. */
export interface RunFigures {
  readonly id: string;
  readonly seed: number;
  readonly repeat: number;
  readonly exitCode: number;
  readonly operationsPerSecond: number;
  readonly p99Ns: number | null;
}

/** The runs of a cell that were made on machines of one class. */
export interface MergedClass {
  readonly hostClass: string;
  readonly cores: number;
  readonly runs: readonly RunFigures[];
  /** The operation that the figures of a cell are told by; null when there was none. */
  readonly operation: Operation | null;
  readonly figures: Figures;
  /** What can be added up of each; one, of the name load, for a scenario without jobs. */
  readonly jobs: readonly CombinedJob[];
  readonly steady: {
    /** Whether the load was to end when it is steady. */
    readonly applies: boolean;
    /** Runs that became so. */
    readonly reachedCount: number;
  };
  readonly thresholds: readonly ResultThreshold[];
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly sentence: string;
}

/** A result without what belongs to one run, and without what all cells have in common. */
export type Figures = Omit<
  Measured,
  | 'environment'
  | 'scenario'
  | 'source'
  | 'threads'
  | 'jobs'
  | 'steady'
  | 'intervals'
  | 'events'
  | 'checks'
  | 'repro'
  | 'schemaVersion'
>;

export interface MergedCell {
  readonly values: readonly CellValue[];
  readonly plannedCount: number;
  readonly runCount: number;
  readonly failures: readonly { readonly id: string; readonly failure: string }[];
  readonly missing: readonly string[];
  /** Of all runs, wherever they were made. */
  readonly checks: readonly ResultCheck[];
  readonly collisions: number;
  readonly classes: readonly MergedClass[];
  readonly exitCode: number;
}

export interface MergedSweep {
  readonly schemaVersion: number;
  readonly tool: string;
  readonly id: string;
  readonly name: string;
  readonly source: Manifest['source'];
  readonly axes: Manifest['axes'];
  readonly seeds: readonly number[];
  readonly repeats: number;
  readonly plannedCount: number;
  readonly runCount: number;
  readonly missingCount: number;
  readonly duplicateCount: number;
  readonly hostClasses: readonly string[];
  readonly tools: readonly string[];
  /** What a reader must know before the figures, one sentence each. */
  readonly notes: readonly string[];
  readonly cells: readonly MergedCell[];
  readonly exitCode: number;
}

export interface MergeOptions {
  /** Runs that are not to be missed: those of other shards, or what is still to be made. */
  readonly isExpected?: (run: ManifestRun) => boolean;
}

/**
 * @throws UsageError when the folders do not hold the same sweep, or one of them is of another
 *   version
 */
export async function mergeSweeps(
  folders: readonly SweepFolder[],
  { isExpected = () => true }: MergeOptions = {},
): Promise<MergedSweep> {
  const [first, ...others] = folders;
  if (first === undefined) throw new UsageError('there is nothing to merge');
  const { manifest } = first;
  for (const other of others) mustBeSame(first, other);
  const notes: string[] = [];
  const places = await placesOf(folders);
  const merging: Merging = { places, isExpected, notes, tools: new Set(), duplicateCount: 0 };
  const cells: MergedCell[] = [];
  for (const runs of byCell(manifest.runs)) cells.push(await mergeCell(runs, merging));
  const expected = cells.reduce((sum, cell) => sum + cell.plannedCount, 0);
  const runCount = cells.reduce((sum, cell) => sum + cell.runCount, 0);
  const missingCount = cells.reduce((sum, cell) => sum + cell.missing.length, 0);
  const hostClasses = [
    ...new Set(cells.flatMap(({ classes }) => classes.map(({ hostClass }) => hostClass))),
  ];
  const tools = [...merging.tools].sort();
  if (missingCount > 0) {
    const shown = cells.flatMap(({ missing }) => missing).slice(0, IDS_SHOWN);
    const rest = missingCount > shown.length ? ', …' : '';
    const are = missingCount === 1 ? 'is' : 'are';
    notes.push(
      `${missingCount} of ${plural(expected, 'run')} ${are} missing: ${shown.join(', ')}${rest}.`,
    );
  }
  if (hostClasses.length > 1) {
    notes.push(
      `The runs were made on ${hostClasses.length} classes of machines, whose latencies are not ` +
        `added up: ${hostClasses.join('; ')}.`,
    );
  }
  if (tools.length > 1) {
    notes.push(`The runs were made by different versions: ${tools.join(', ')}.`);
  }
  notes.push(...leftOut(cells));
  const codes = cells.map(({ exitCode }) => exitCode);
  return {
    schemaVersion: SWEEP_SCHEMA_VERSION,
    tool: TOOL,
    id: manifest.id,
    name: manifest.name,
    source: manifest.source,
    axes: manifest.axes,
    seeds: manifest.seeds,
    repeats: manifest.repeats,
    plannedCount: expected,
    runCount,
    missingCount,
    duplicateCount: merging.duplicateCount,
    hostClasses,
    tools,
    notes,
    cells,
    // What is not all there has not answered the question.
    exitCode: worstExitCode([...codes, missingCount > 0 ? EXIT.broken : EXIT.held]),
  };
}

const IDS_SHOWN = 5;

interface Merging {
  readonly places: ReadonlyMap<string, readonly SweepFolder[]>;
  readonly isExpected: (run: ManifestRun) => boolean;
  readonly notes: string[];
  readonly tools: Set<string>;
  duplicateCount: number;
}

function mustBeSame(first: SweepFolder, other: SweepFolder): void {
  if (first.manifest.id === other.manifest.id) return;
  const [a, b] = [first.manifest, other.manifest];
  const known = new Set(a.runs.map(({ id }) => id));
  const common = b.runs.filter(({ id }) => known.has(id)).length;
  throw new UsageError(
    `${first.path} and ${other.path} are different sweeps: ${a.name} with ${a.runs.length} runs and ` +
      `${b.name} with ${b.runs.length}, of which they have ${common} in common.`,
  );
}

async function placesOf(folders: readonly SweepFolder[]): Promise<Map<string, SweepFolder[]>> {
  const places = new Map<string, SweepFolder[]>();
  // The same folder named twice is one folder.
  for (const folder of new Map(folders.map((one) => [one.path, one])).values()) {
    for (const id of await folder.finished()) places.set(id, [...(places.get(id) ?? []), folder]);
  }
  return places;
}

function byCell(runs: readonly ManifestRun[]): ManifestRun[][] {
  const cells = new Map<string, ManifestRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(run.values);
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [run]);
    else cell.push(run);
  }
  return [...cells.values()];
}

interface FoundRun extends MeasuredRun {
  readonly run: ManifestRun;
}

async function mergeCell(runs: readonly ManifestRun[], merging: Merging): Promise<MergedCell> {
  const found: FoundRun[] = [];
  const failures: { id: string; failure: string }[] = [];
  const missing: string[] = [];
  let plannedCount = 0;
  for (const run of runs) {
    const outcome = await findRun(run, merging);
    if (merging.isExpected(run) || outcome !== null) plannedCount++;
    if (outcome === null) {
      if (merging.isExpected(run)) missing.push(run.id);
    } else if (outcome.failure !== null) failures.push({ id: run.id, failure: outcome.failure });
    else found.push({ run, result: outcome.result, details: outcome.details });
  }
  const results = found.map(({ result }) => result);
  const checks = results.length === 0 ? [] : checksOf(results);
  const byClass = new Map<string, FoundRun[]>();
  for (const one of found) {
    const key = hostClassOf(one.result);
    byClass.set(key, [...(byClass.get(key) ?? []), one]);
  }
  const classes = [...byClass].map(([hostClass, members]) =>
    mergeClass(hostClass, members, checks),
  );
  return {
    values: runs[0]?.values ?? [],
    plannedCount,
    runCount: found.length + failures.length,
    failures,
    missing,
    checks,
    collisions: collisionCountOf(checks),
    classes,
    exitCode: worstExitCode([
      ...classes.map(({ exitCode }) => exitCode),
      failures.length > 0 ? EXIT.broken : EXIT.held,
    ]),
  };
}

/** The first of a run that is in several folders; null when it is in none, or damaged. */
async function findRun(run: ManifestRun, merging: Merging) {
  const readable = [];
  for (const folder of merging.places.get(run.id) ?? []) {
    try {
      readable.push({ folder, ...(await folder.runOf(run.id)) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (/schema version/.test(error.message)) throw error;
      merging.notes.push(`A run is left out: ${error.message}`);
    }
  }
  // One that has a result counts before one that has none, and then the earlier one.
  readable.sort((a, b) => startOf(a.outcome).localeCompare(startOf(b.outcome)));
  const [first, ...others] = readable;
  if (first === undefined) return null;
  merging.tools.add(first.record.tool);
  for (const other of others) {
    merging.duplicateCount++;
    const same = startOf(other.outcome) === startOf(first.outcome);
    const what = same ? 'the same run' : 'made twice';
    merging.notes.push(
      `${run.id} is in ${first.folder.path} and in ${other.folder.path} (${what}); the first counts.`,
    );
  }
  return first.outcome;
}

function startOf(outcome: { readonly result: Result | null }): string {
  return outcome.result?.startedAt ?? '~';
}

function mergeClass(
  hostClass: string,
  runs: readonly FoundRun[],
  checks: readonly ResultCheck[],
): MergedClass {
  const [first] = runs as [FoundRun];
  const measured: Measured = {
    ...combineRuns(runs),
    checks: [...checks],
    collisions: collisionCountOf(checks),
  };
  const expressions = first.result.thresholds.map(({ expression }) => expression);
  const results = runs.map(({ result }) => result);
  const thresholds = evaluateThresholds(thresholdsOf(expressions), measured).map((threshold) =>
    runs.length > 1 && OF_STEADY_WINDOW.test(threshold.metric)
      ? worstThreshold(threshold, results)
      : threshold,
  );
  const { outcome, exitCode, sentence } = verdictOf(measured, thresholds);
  const operation = toldBy(measured);
  const {
    environment: _environment,
    scenario: _scenario,
    source: _source,
    threads: _threads,
    jobs: _jobs,
    steady: _steady,
    intervals: _intervals,
    events: _events,
    checks: _checks,
    repro: _repro,
    schemaVersion: _schemaVersion,
    ...figures
  } = measured;
  return {
    hostClass,
    cores: first.result.environment.cores,
    runs: runs.map(({ run, result }) => ({
      id: run.id,
      seed: run.seed,
      repeat: run.repeat,
      exitCode: result.verdict.exitCode,
      operationsPerSecond: result.throughput.operationsPerSecond,
      p99Ns: operation === null ? null : result.operations[operation].service.p99,
    })),
    operation,
    figures,
    jobs: jobsOf(results),
    steady: {
      applies: first.result.steady.applies,
      reachedCount: results.reduce((sum, { steady }) => sum + steady.reached, 0),
    },
    thresholds,
    outcome,
    exitCode,
    sentence,
  };
}

/** Counts that differ by less are alike: which of them is a little larger is chance. */
const ALIKE_COUNTS = 0.9;

/**
 * The operation most of which were completed. Of those that are about as many it is the first, so
 * that cells of the same mix are told by the same one.
 */
function toldBy({ operations }: Pick<Measured, 'operations'>): Operation | null {
  const most = Math.max(...OPERATIONS.map((name) => operations[name].count));
  if (most === 0) return null;
  return OPERATIONS.find((name) => operations[name].count >= ALIKE_COUNTS * most) ?? null;
}

/** Distributions of the steady window, of which no histogram is kept. */
const OF_STEADY_WINDOW = /^steady\.(service|response)\b/;

/** What cannot be added up is judged run by run, and holds where it did in each. */
function worstThreshold(merged: ResultThreshold, results: readonly Result[]): ResultThreshold {
  const own = results.flatMap(({ thresholds }) =>
    thresholds.filter(({ expression }) => expression === merged.expression),
  );
  return own.find(({ pass }) => !pass) ?? own[0] ?? merged;
}

/** What the figures of several runs of a cell leave out. */
function leftOut(cells: readonly MergedCell[]): string[] {
  const several = cells.flatMap(({ classes }) => classes).filter(({ runs }) => runs.length > 1);
  return [
    ...(several.some(({ jobs }) => jobs.length > 1)
      ? [
          'Of the jobs of a cell, counts are added up; latencies of a job by itself are not, since ' +
            'no distribution of them is kept: the result.json of each run has its own.',
        ]
      : []),
    ...(several.some(({ steady }) => steady.applies)
      ? [
          'Steady windows are not added up, since no distribution of them is kept: the result.json ' +
            'of each run has its own, and thresholds on their latencies are judged run by run.',
        ]
      : []),
  ];
}

function thresholdsOf(expressions: readonly string[]): Threshold[] {
  return expressions.flatMap((expression) => {
    const { threshold } = parseThreshold(expression);
    return threshold === null ? [] : [threshold];
  });
}
