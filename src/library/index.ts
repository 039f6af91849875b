/**
 * sparestorm as a library: what the command line does, as functions. They print nothing and never
 * end the process; a mistake in a scenario is a ScenarioError with a list of problems.
 *
 * Runs contend for the cores of the machine on purpose. Await one before starting the next.
 */
export { type CompareOptions, compareRuns, type Side } from '../compare/compare.ts';
export { type ComparedRun, comparedRunOf } from '../compare/compared-run.ts';
export type { ComparedMeasure, CompareVerdict, Comparison } from '../compare/comparison.ts';
export { type ReadSide, readSide } from '../compare/read-side.ts';
export {
  AssertionError,
  EXIT,
  type Position,
  type Problem,
  ScenarioError,
  UsageError,
} from '../errors.ts';
export type { Details } from '../report/details-schema.ts';
export type { Snapshot } from '../report/progress.ts';
export type { Outcome, Result, ResultCheck, ResultThreshold } from '../report/result-schema.ts';
export { type OtherRun, readRun } from '../report/stored-run.ts';
export type { ResolvedScenario } from '../scenario/complete.ts';
export type { MergedCell, MergedSweep } from '../sweep/merge.ts';
export { type ReportableRun, type ReportFormat, renderReport } from './render-report.ts';
export { type RunScenarioOptions, runScenario, type ScenarioRun } from './run-scenario.ts';
export type { InputOptions, ScenarioInput } from './scenario-input.ts';
export { type Sweep, type SweepOptions, type SweepRunInfo, sweep } from './sweep.ts';
export { type Validated, validateScenario } from './validate-scenario.ts';
