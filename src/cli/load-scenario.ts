import { freemem, totalmem } from 'node:os';
import { relative } from 'node:path';
import { globSync, isDynamicPattern } from 'tinyglobby';
import { type Problem, ScenarioError } from '../errors.ts';
import { readTrace, type TraceTarget } from '../load/trace/read-trace.ts';
import type { Trace } from '../load/trace/trace.ts';
import { layoutOf, WORD_BYTES, WORD_COUNT_MAX } from '../memory/layout.ts';
import { withTrace } from '../run/prepare.ts';
import { type ParsedScenario, parseScenario } from '../scenario/parse.ts';
import type { Plan, TracePlan } from '../scenario/plan.ts';
import { readScenarioFile } from '../scenario/read.ts';

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

/** All scenarios, or a ScenarioError with the problems of all of them. */
export function loadScenarios(files: readonly string[], sets: readonly string[]): LoadedScenario[] {
  const problems: Problem[] = [];
  const loaded: LoadedScenario[] = [];
  for (const file of files) {
    try {
      loaded.push(loadScenario(file, sets));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ScenarioError(problems);
  return loaded;
}

function loadScenario(file: string, sets: readonly string[]): LoadedScenario {
  const machine = { totalMemoryBytes: totalmem(), freeMemoryBytes: freemem() };
  const parsed = parseScenario(readScenarioFile(file), {
    file,
    sets,
    env: process.env,
    machine: {
      totalMemoryBytes: Math.min(machine.totalMemoryBytes, WORD_COUNT_MAX * WORD_BYTES),
      freeMemoryBytes: Math.min(machine.freeMemoryBytes, WORD_COUNT_MAX * WORD_BYTES),
    },
    memoryNeeded: memoryNeededBy,
  });
  const { trace: tracePlan, threadCount } = parsed.plan.load;
  if (tracePlan === null) return { ...parsed, trace: null };
  const { sectorCount: deviceSectorCount } = parsed.plan.device;
  const trace = readTraceFile(tracePlan, { deviceSectorCount, threadCount });
  return { ...parsed, plan: withTrace(parsed.plan, trace), trace };
}

/** The plan names the trace by its absolute path; a person reads it from where he stands. */
function readTraceFile(plan: TracePlan, target: TraceTarget): Trace {
  try {
    return readTrace(plan, target);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const file = relative(process.cwd(), plan.file);
    const shown = file.startsWith('..') ? plan.file : file;
    throw new ScenarioError(error.problems.map((problem) => ({ ...problem, file: shown })));
  }
}

/** Shared memory and what the threads take besides. A trace's records are not known yet. */
function memoryNeededBy(plan: Plan): number {
  return layoutOf(plan).wordCount * WORD_BYTES + plan.load.threadCount * THREAD_BYTES;
}
