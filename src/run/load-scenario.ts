import { freemem, totalmem } from 'node:os';
import { relative } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { type Problem, ScenarioError, UsageError } from '../errors.ts';
import { surveyTrace, type TraceTarget } from '../load/trace/survey.ts';
import type { Trace } from '../load/trace/trace.ts';
import { layoutOf, WORD_BYTES, WORD_COUNT_MAX } from '../memory/layout.ts';
import { type MemoryLimit, memoryRefusal } from '../scenario/memory-limit.ts';
import {
  type ParsedScenario,
  type ParsedSweep,
  type ParseOptions,
  parseScenario,
  parseSweep,
} from '../scenario/parse.ts';
import { type Plan, type TracePlan, tracedJobOf } from '../scenario/plan.ts';
import { readScenarioFile } from '../scenario/read.ts';
import { parseSize } from '../units.ts';
import { withTrace } from './prepare.ts';

/** A scenario that can be run: parsed, its trace read, its memory known to fit. */
export interface LoadedScenario extends ParsedScenario {
  readonly trace: Trace | null;
}

/** A worker thread's own heap and stack. */
const THREAD_BYTES = 12 * 1024 * 1024;

/** Files that the words of a command line name; a word that no file fits stays as it is. */
export function expandPatterns(words: readonly string[]): string[] {
  return words.flatMap((word) => {
    if (!isDynamicPattern(word)) return [word];
    const files = globSync([word], { expandDirectories: false }).sort();
    return files.length === 0 ? [word] : files;
  });
}

/**
 * All scenarios, or a ScenarioError with the problems of all of them.
 *
 * @param maxMemory a size as --max-memory takes it; what needs more is a problem
 */
export function loadScenarios(
  files: readonly string[],
  sets: readonly string[],
  maxMemory?: string,
): LoadedScenario[] {
  const limit = memoryLimitOf(maxMemory);
  return eachOf(files, (file) => loadScenario(file, sets, limit));
}

/** The same where files may have a matrix. */
export function loadSweeps(files: readonly string[], sets: readonly string[]): LoadedSweep[] {
  const { env } = process;
  return eachOf(files, (file) => loadSweepText(readScenarioFile(file), { file, sets, env }));
}

function eachOf<T>(files: readonly string[], load: (file: string) => T): T[] {
  const problems: Problem[] = [];
  const loaded: T[] = [];
  for (const file of files) {
    try {
      loaded.push(load(file));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return loaded;
}

/** What is free here, up to the largest buffer that there can be. */
export function memoryLimitOf(maxMemory: string | undefined): MemoryLimit {
  const most = WORD_COUNT_MAX * WORD_BYTES;
  let allowedMemoryBytes: number | null = null;
  if (maxMemory !== undefined) {
    const size = parseSize(maxMemory);
    if (!size.ok) throw new UsageError(`--max-memory takes a size such as 512MiB: ${size.problem}`);
    allowedMemoryBytes = size.value;
  }
  return {
    totalMemoryBytes: Math.min(totalmem(), most),
    freeMemoryBytes: Math.min(freemem(), most),
    allowedMemoryBytes,
  };
}

function loadScenario(
  file: string,
  sets: readonly string[],
  memoryLimit: MemoryLimit,
): LoadedScenario {
  return loadText(readScenarioFile(file), { file, sets, env: process.env }, memoryLimit);
}

/**
 * The same of a text that need not be in a file.
 *
 * @throws ScenarioError with all its problems
 */
export function loadText(
  text: string,
  options: ParseOptions,
  memoryLimit = memoryLimitOf(undefined),
): LoadedScenario {
  const parsed = parseScenario(text, { ...options, memoryLimit, memoryNeeded: memoryNeededBy });
  return withItsTrace(parsed, options.file, memoryLimit);
}

/** A sweep of which every cell can be run, here and as things are. */
export interface LoadedSweep extends ParsedSweep {
  /** A cell with its trace, which is read only now: all cells together may replay many. */
  readonly load: (cell: ParsedScenario) => LoadedScenario;
}

/**
 * The same of a text with a matrix.
 *
 * @throws ScenarioError with the problems of all cells, each once
 */
export function loadSweepText(
  text: string,
  options: ParseOptions,
  maxMemory?: string,
): LoadedSweep {
  const memoryLimit = memoryLimitOf(maxMemory);
  const sweep = parseSweep(text, { ...options, memoryLimit, memoryNeeded: memoryNeededBy });
  const load = (cell: ParsedScenario) => withItsTrace(cell, options.file, memoryLimit);
  // What is wrong with a trace is said before the first cell runs.
  const traced = sweep.cells.filter(({ plan }) => tracedJobOf(plan) !== null);
  const different = new Map(
    traced.map((cell) => [JSON.stringify([tracedJobOf(cell.plan), cell.plan.device]), cell]),
  );
  for (const cell of different.values()) load(cell);
  return { ...sweep, load };
}

function withItsTrace(
  parsed: ParsedScenario,
  file: string,
  memoryLimit: MemoryLimit,
): LoadedScenario {
  const traced = tracedJobOf(parsed.plan);
  if (traced === null) return { ...parsed, trace: null };
  const { sectorCount: deviceSectorCount } = parsed.plan.device;
  const { threadCount } = traced;
  const trace = readTraceFile(traced.trace, { deviceSectorCount, threadCount });
  const plan = withTrace(parsed.plan, trace);
  // Only now is it known how large a request there is to keep room for.
  const message = memoryRefusal(memoryNeededBy(plan), memoryLimit);
  if (message !== null) {
    const hint = `each thread keeps room for its largest request, of ${trace.transferSectorCountMax} sectors`;
    throw new ScenarioError([{ file, position: null, message, excerpt: null, hint }]);
  }
  return { ...parsed, plan, trace };
}

/** The plan names the trace by its absolute path; a person reads it from where he stands. */
function readTraceFile(plan: TracePlan, target: TraceTarget): Trace {
  try {
    return surveyTrace(plan, target);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const file = relative(process.cwd(), plan.file);
    const shown = file.startsWith('..') ? plan.file : file;
    throw new ScenarioError(error.problems.map((problem) => ({ ...problem, file: shown })));
  }
}

/** Shared memory and what the threads take besides. */
function memoryNeededBy(plan: Plan): number {
  return layoutOf(plan).wordCount * WORD_BYTES + plan.load.threadCount * THREAD_BYTES;
}
