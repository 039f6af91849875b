import { nowNs } from '../clock.ts';
import { EXIT, UsageError } from '../errors.ts';
import {
  type Campaign,
  type CampaignOptions,
  type Confirmation,
  type Counterexample,
  confirmOnRealThreads,
  counterexampleOf,
  DeviceSubject,
  type Failure,
  type FaultCause,
  type FaultKind,
  type Followed,
  followOnRealThreads,
  instrumentProduct,
  minimiseFailure,
  renderPage,
  replay,
  runCampaign,
  runCanaries,
  type Strategy,
  type Subject,
} from '../explore/index.ts';
import { loadScenarios } from '../run/load-scenario.ts';
import type { Plan } from '../scenario/plan.ts';
import { showProgress } from './explore-progress.ts';
import { replaySchedule } from './explore-replay.ts';
import { subjectsOf, THREADS_MOST } from './explore-subjects.ts';
import { type Explored, exploredJson, exploredPage, exploredText } from './explored-text.ts';
import { exitCodeOf, onSignals } from './interruption.ts';
import { mustBeWhole, timeOf } from './option-values.ts';
import { mustTakePage, writePage } from './page-file.ts';

export interface ExploreArguments {
  readonly scenario: string | undefined;
  readonly set: readonly string[];
  readonly strategy: Strategy['kind'];
  readonly preemptions: number;
  readonly executions: number;
  readonly for: string;
  readonly confirm: string;
  readonly threads: number | undefined;
  readonly program: string | undefined;
  readonly replay: string | undefined;
  readonly html: string | undefined;
  readonly full: boolean;
  readonly json: boolean;
  readonly progress: boolean;
}

const PREEMPTIONS_MOST = 20;
const EXECUTIONS_MOST = 1e9;
const PCT_DEPTH = 3;
/** What `expect: collision` means: one spare, two owners, metadata being an owner. */
const COLLISIONS: readonly FaultKind[] = ['double grant', 'reserved granted'];

/** What is told how far the work is. */
type Progress = Pick<ReturnType<typeof showProgress>, 'at'>;
const UNSEEN: Progress = { at: () => {} };

/** Explores the programs that stand for a scenario, or plays one schedule again. */
export async function exploreCommand(args: ExploreArguments): Promise<number> {
  const forNs = timeOf('for', args.for);
  const confirmNs = timeOf('confirm', args.confirm);
  mustBeWhole('preemptions', args.preemptions, 0, PREEMPTIONS_MOST);
  mustBeWhole('executions', args.executions, 1, EXECUTIONS_MOST);
  if (args.threads !== undefined) mustBeWhole('threads', args.threads, 2, THREADS_MOST);
  if (args.html !== undefined) mustTakePage(args.html);
  const plan = planOf(args);
  const wanted = plan === null ? null : wantedOf(plan);
  if (args.replay !== undefined) return replaySchedule(args.replay, args, wanted);
  if (plan === null) throw new UsageError('explore needs a scenario, or --replay with a schedule');
  const interruption = new AbortController();
  const stopListening = onSignals(interruption);
  const shown = showProgress(plan.name, args);
  const explored = await exploreScenario(args, plan, {
    forNs,
    confirmNs,
    wanted,
    shown,
    signal: interruption.signal,
  }).finally(() => {
    shown.stop();
    stopListening();
  });
  if (args.html !== undefined) writePage(args.html, renderPage(exploredPage(explored)));
  process.stdout.write(args.json ? exploredJson(explored) : exploredText(explored, args.full));
  return explored.exitCode;
}

async function exploreScenario(
  args: ExploreArguments,
  plan: Plan,
  how: {
    readonly forNs: number;
    readonly confirmNs: number;
    readonly wanted: readonly FaultKind[] | null;
    readonly shown: ReturnType<typeof showProgress>;
    readonly signal: AbortSignal;
  },
): Promise<Explored> {
  const { forNs, confirmNs, wanted, shown, signal } = how;
  const code = await instrumentProduct();
  const subjects = subjectsOf(args, plan, code);
  const canaries = await caught();
  const strategy = strategyOf(args);
  const fromNs = nowNs();
  const cause = plan.explore.by ?? undefined;
  const campaign = await searchFor(wanted, plan, subjects, {
    strategy,
    cause,
    executions: args.executions,
    forNs,
    seed: plan.seed,
    signal,
    onProgress: (progress) => shown.at({ kind: 'search', progress }),
  });
  const spentNs = nowNs() - fromNs;
  const isExpected =
    campaign.failure !== null && (wanted?.includes(campaign.failure.fault.kind) ?? false);
  const example =
    campaign.failure === null ? null : await smallestOf(campaign.failure, cause, shown, signal);
  const followed = example === null ? null : await followedOf(example, shown, signal);
  const confirmation = example === null ? null : await confirmed(example, confirmNs, shown, signal);
  const interruptedBy = signal.aborted ? (signal.reason as NodeJS.Signals) : null;
  const isSound = canaries.caught === canaries.planted;
  return {
    name: plan.name,
    file: args.scenario as string,
    sets: args.set,
    strategy,
    wanted,
    isExpected,
    canaries,
    campaign,
    spentNs,
    fingerprint: code.fingerprint,
    example: example?.shown ?? null,
    confirmation,
    followed,
    interruptedBy,
    exitCode: isSound ? codeOf(campaign, wanted, isExpected, interruptedBy) : EXIT.broken,
  };
}

/** Where what was expected is not there, nothing else may be either. */
async function searchFor(
  wanted: readonly FaultKind[] | null,
  plan: Plan,
  subjects: readonly Subject[],
  options: Omit<CampaignOptions, 'only'>,
): Promise<Campaign> {
  const campaign = await runCampaign(subjects, { ...options, only: wanted });
  if (campaign.failure !== null || campaign.isInterrupted) return campaign;
  if (plan.expect !== 'collision' || plan.explore.finds !== null) return campaign;
  return runCampaign(subjects, { ...options, only: null, cause: undefined });
}

/**
 * Exit codes of `explore`: 0, nothing was found that must not be, or what the scenario is there to
 * show was found. 1, what it is there to show was not found, or the budget ended without an answer.
 * 3, a fault was found that the scenario does not expect. 4, a planted fault was missed, so nothing
 * that it says can be relied on. 130 and 143, interrupted; a violation wins over that.
 */
function codeOf(
  { failure, verdict }: Campaign,
  wanted: readonly FaultKind[] | null,
  isExpected: boolean,
  interruptedBy: NodeJS.Signals | null,
): number {
  if (failure !== null && !isExpected) return EXIT.integrity;
  if (interruptedBy !== null) return exitCodeOf(interruptedBy);
  if (failure !== null) return EXIT.held;
  return wanted === null && verdict.kind !== 'unknown-budget' ? EXIT.held : EXIT.thresholdFailed;
}

/** The kinds of fault that the scenario is there to show; null = it must show none. */
function wantedOf({ explore, expect }: Plan): readonly FaultKind[] | null {
  if (explore.finds !== null) return [explore.finds];
  if (expect === 'metadata-loss') return ['metadata lost'];
  return expect === 'collision' ? COLLISIONS : null;
}

async function caught(): Promise<Explored['canaries']> {
  const fromNs = nowNs();
  const results = await runCanaries();
  return {
    planted: results.length,
    caught: results.filter(({ isCaught }) => isCaught).length,
    missed: results.filter(({ isCaught }) => !isCaught).map(({ name }) => name),
    spentNs: nowNs() - fromNs,
  };
}

interface Smallest {
  readonly subject: Subject;
  readonly schedule: string;
  readonly kind: FaultKind;
  readonly shown: Counterexample;
}

async function smallestOf(
  failure: Failure,
  cause: FaultCause | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<Smallest> {
  progress.at({ kind: 'minimise' });
  const { kind } = failure.fault;
  const { subject, schedule } = await minimiseFailure(failure, signal, cause);
  const { faults } = replay(subject, schedule);
  const fault = faults.find((one) => one.kind === kind) ?? failure.fault;
  return { subject, schedule, kind, shown: counterexampleOf(subject, schedule, fault) };
}

async function followedOf(
  { subject, schedule }: Smallest,
  progress: Progress,
  signal: AbortSignal,
): Promise<Followed | null> {
  if (signal.aborted) return null;
  progress.at({ kind: 'real threads' });
  return followOnRealThreads(subject, schedule);
}

async function confirmed(
  { subject, kind }: Smallest,
  confirmNs: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<Confirmation | null> {
  if (!(subject instanceof DeviceSubject) || signal.aborted) return null;
  progress.at({ kind: 'real threads' });
  return confirmOnRealThreads(subject.program, kind, confirmNs, signal);
}

/**
 * A fault of that kind, made as small as it can be, in the programs that stand for a plan; null if
 * the search ended without one, which says nothing.
 */
export async function smallestFault(
  plan: Plan,
  options: {
    readonly file: string;
    readonly kind: FaultKind;
    readonly threads: number;
    readonly forNs: number;
    readonly confirmNs: number;
    readonly signal: AbortSignal;
  },
): Promise<{
  readonly example: Counterexample | null;
  readonly confirmation: Confirmation | null;
  readonly executions: number;
}> {
  const { file: scenario, kind, threads, forNs, confirmNs, signal } = options;
  const args = { scenario, threads, program: undefined };
  const subjects = subjectsOf(args, plan, await instrumentProduct());
  const strategy: Strategy = { kind: 'portfolio' };
  const campaign = await runCampaign(subjects, { strategy, forNs, only: [kind], signal });
  const executions = campaign.explorations.reduce((sum, one) => sum + one.executions, 0);
  if (campaign.failure === null) return { example: null, confirmation: null, executions };
  const smallest = await smallestOf(campaign.failure, undefined, UNSEEN, signal);
  const confirmation = await confirmed(smallest, confirmNs, UNSEEN, signal);
  return { example: smallest.shown, confirmation, executions };
}

function strategyOf({ strategy, preemptions }: ExploreArguments): Strategy {
  if (strategy === 'bounded') return { kind: strategy, preemptions };
  if (strategy === 'pct') return { kind: strategy, depth: PCT_DEPTH };
  return { kind: strategy };
}

function planOf({ scenario, set }: ExploreArguments): Plan | null {
  if (scenario === undefined) return null;
  const [loaded] = loadScenarios([scenario], set);
  return loaded?.plan ?? null;
}
