/**
 * Systematic exploration of interleavings, for code on SharedArrayBuffer and Atomics.
 *
 * `instrument` reads JavaScript files and makes versions of their functions that stop before every
 * access to shared memory; a subject says which of them run as threads over which memory, and what
 * must hold; `explore` searches for an interleaving in which it does not; `minimise` makes what was
 * found as small as it can; `replay` runs it again.
 *
 * Covered are all interleavings under sequential consistency, which is what the language promises
 * to programs without data races; races are looked for on the way.
 */
export { CANARIES, type Canary, type CanaryResult, runCanaries } from './canary.ts';
export {
  type Confirmation,
  confirmationText,
  confirmOnRealThreads,
} from './confirm/real-threads.ts';
export {
  type Followed,
  firstDifference,
  followOnRealThreads,
  type ScheduledRun,
  ScheduledThreads,
} from './confirm/scheduled-threads.ts';
export { FAULT_KINDS, type Fault, type FaultCause, type FaultKind } from './engine/fault.ts';
export { formatSchedule, parseSchedule, type Schedule } from './engine/schedule.ts';
export type { OperationEvent, Steps, Subject } from './engine/subject.ts';
export { DeviceSubject } from './program/device-subject.ts';
export { programFor, programsFor, tableProgramsFor } from './program/from-plan.ts';
export { HAZARDS, type Hazard } from './program/hazards.ts';
export { ladder, tableLadder } from './program/ladder.ts';
export { FIFO_LOCKS, LockSubject, parseLockProgram } from './program/lock-subject.ts';
export { type ModuleProgram, ModuleSubject } from './program/module-subject.ts';
export { instrumentProduct, type ProductCode } from './program/product-code.ts';
export {
  type Program,
  parseProgram,
  programName,
  programWith,
  threadsOf,
} from './program/program.ts';
export {
  parseTableProgram,
  type TableProgram,
  TableSubject,
} from './program/table-subject.ts';
export {
  type Counterexample,
  type CriticalWindow,
  counterexampleOf,
  type RacingPlace,
  type TracedRace,
  type TracedStep,
} from './report/counterexample.ts';
export { renderCounterexample } from './report/lanes.ts';
export { type Fact, PAGE_MARK, type Page, renderPage } from './report/page.ts';
export {
  type Campaign,
  type CampaignOptions,
  type CampaignProgress,
  type Failure,
  minimiseFailure,
  runCampaign,
} from './search/campaign.ts';
export {
  type Exploration,
  type ExploreOptions,
  explore,
  type Searching,
  type Strategy,
  searching,
} from './search/explore.ts';
export { type Minimal, minimise } from './search/minimise.ts';
export { type Outcomes, outcomesOf } from './search/outcomes.ts';
export { type Replay, replay, type Step } from './search/replay.ts';
export { type ExplorationVerdict, verdictName, verdictText } from './search/verdict.ts';
export {
  DEFAULT_HINTS,
  type Instrumented,
  type InstrumentOptions,
  instrument,
  type Patch,
} from './transform/instrument.ts';
export { InstrumentError } from './transform/instrument-error.ts';
