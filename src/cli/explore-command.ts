import { nowNs } from '../clock.ts';
import { EXIT, UsageError } from '../errors.ts';
import {
  type Campaign,
  type Counterexample,
  confirmOnRealThreads,
  counterexampleOf,
  DeviceSubject,
  type FaultCause,
  type FaultKind,
  followOnRealThreads,
  formatSchedule,
  instrumentProduct,
  LockSubject,
  minimise,
  type ProductCode,
  parseLockProgram,
  parseProgram,
  parseSchedule,
  parseTableProgram,
  programFor,
  programsFor,
  type Replay,
  replay,
  runCampaign,
  runCanaries,
  type Strategy,
  type Subject,
  TableSubject,
  tableProgramsFor,
  threadsOf,
} from '../explore/index.ts';
import type { Plan } from '../scenario/plan.ts';
import { parseTime } from '../units.ts';
import { type Explored, exploredJson, exploredText, replayedText } from './explored-text.ts';
import { loadScenarios } from './load-scenario.ts';

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
  readonly full: boolean;
  readonly json: boolean;
}

const THREADS_MOST = 4;
const PREEMPTIONS_MOST = 20;
const EXECUTIONS_MOST = 1e9;
const PCT_DEPTH = 3;
/** What `expect: collision` means: one spare, two owners, metadata being an owner. */
const COLLISIONS: readonly FaultKind[] = ['double grant', 'reserved granted'];
/** How often a thread of a lock's program takes the lock. */
const LOCK_ROUNDS: readonly (readonly number[])[] = [
  [1, 1],
  [2, 1],
  [2, 2],
  [1, 1, 1],
];

/** Explores the programs that stand for a scenario, or plays one schedule again. */
export async function exploreCommand(args: ExploreArguments): Promise<number> {
  const forNs = timeOf('for', args.for);
  const confirmNs = timeOf('confirm', args.confirm);
  mustBeWhole('preemptions', args.preemptions, 0, PREEMPTIONS_MOST);
  mustBeWhole('executions', args.executions, 1, EXECUTIONS_MOST);
  if (args.threads !== undefined) mustBeWhole('threads', args.threads, 2, THREADS_MOST);
  const plan = planOf(args);
  if (args.replay !== undefined) return replayCommand(args, args.replay, plan);
  if (plan === null) throw new UsageError('explore needs a scenario, or --replay with a schedule');
  const code = await instrumentProduct();
  const subjects = subjectsOf(args, plan, code);
  const canaries = await caught();
  const wanted = wantedOf(plan);
  const strategy = strategyOf(args);
  const options = { strategy, executions: args.executions, forNs, seed: plan.seed };
  const fromNs = nowNs();
  const cause = plan.explore.by ?? undefined;
  let campaign: Campaign = runCampaign(subjects, { ...options, only: wanted, cause });
  const isExpected = campaign.failure !== null && wanted !== null;
  // What was expected is not there: then nothing else may be either.
  if (campaign.failure === null && plan.expect === 'collision' && plan.explore.finds === null) {
    campaign = runCampaign(subjects, { ...options, only: null });
  }
  const spentNs = nowNs() - fromNs;
  const shown =
    campaign.failure === null ? null : await shownOf(campaign.failure, cause, confirmNs);
  const isSound = canaries.caught === canaries.planted;
  const explored: Explored = {
    name: plan.name,
    file: args.scenario as string,
    sets: args.set,
    strategy,
    wanted,
    isExpected,
    canaries,
    campaign,
    spentNs,
    sites: code.sites.length,
    ...(shown ?? { example: null, confirmation: null, followed: null }),
    exitCode: isSound ? exitCodeOf(campaign, wanted, isExpected) : EXIT.broken,
  };
  const text = args.json ? exploredJson(explored) : exploredText(explored, args.full);
  process.stdout.write(text);
  return explored.exitCode;
}

function exitCodeOf(
  { failure, verdict }: Campaign,
  wanted: readonly FaultKind[] | null,
  isExpected: boolean,
): number {
  if (failure !== null) return isExpected ? EXIT.held : EXIT.integrity;
  return wanted === null && verdict.kind !== 'unknown-budget' ? EXIT.held : EXIT.thresholdFailed;
}

/** The kinds of fault that the scenario is there to show; null = it must show none. */
function wantedOf({ explore, expect }: Plan): readonly FaultKind[] | null {
  if (explore.finds !== null) return [explore.finds];
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

async function shownOf(
  failure: {
    readonly subject: Subject;
    readonly fault: { readonly kind: FaultKind; readonly text: string };
    readonly schedule: string;
  },
  cause: FaultCause | undefined,
  confirmNs: number,
): Promise<Pick<Explored, 'confirmation' | 'followed'> & { readonly example: Counterexample }> {
  const { kind } = failure.fault;
  const minimal = minimise(failure.subject, { kind, cause }) ?? failure;
  const { faults } = replay(minimal.subject, minimal.schedule);
  const fault = faults.find((one) => one.kind === kind) ?? failure.fault;
  const { subject } = minimal;
  return {
    example: counterexampleOf(subject, minimal.schedule, fault),
    followed: await followOnRealThreads(subject, minimal.schedule),
    confirmation:
      subject instanceof DeviceSubject
        ? await confirmOnRealThreads(subject.program, kind, confirmNs)
        : null,
  };
}

function subjectsOf(args: ExploreArguments, plan: Plan, code: ProductCode): readonly Subject[] {
  if (args.program !== undefined) {
    const { program } = args;
    return [reading('--program', program, () => subjectNamed(program, plan, code))];
  }
  const threadsMost = Math.min(THREADS_MOST, args.threads ?? plan.load.threadCount);
  if (threadsMost < 2 && plan.explore.threads === null) {
    const way = '--threads 2 explores it all the same';
    throw new UsageError(`${args.scenario} has one thread, and nothing to interleave; ${way}`);
  }
  const programs = programsFor(plan, threadsMost).map((one) => new DeviceSubject(one, code));
  const tables = tableProgramsFor(plan, threadsMost).map((one) => new TableSubject(one, code));
  if (plan.explore.threads !== null || plan.lock.kind === 'none') return [...tables, ...programs];
  const locks = LOCK_ROUNDS.filter((rounds) => rounds.length <= threadsMost);
  return [
    ...locks.map((rounds) => new LockSubject(plan.lock.kind, rounds, code)),
    ...tables,
    ...programs,
  ];
}

/** `aa|af` with the scenario's settings, or a whole name as reports print it. */
function subjectNamed(text: string, plan: Plan | null, code: ProductCode): Subject {
  if (text.startsWith('lock~')) {
    const lock = parseLockProgram(text);
    if (lock === null || !lock.rounds.every((count) => count >= 1 && count <= 9)) {
      throw new RangeError('a program of a lock reads lock~KIND~ROUNDS-ROUNDS');
    }
    return new LockSubject(lock.kind, lock.rounds, code);
  }
  const table = parseTableProgram(text);
  if (table !== null) return new TableSubject(table, code);
  const isWhole = text.includes('~') || plan === null;
  const program = isWhole ? parseProgram(text) : programFor(plan, threadsOf(text));
  const { length } = program.threads;
  if (length > THREADS_MOST || program.threads.some((thread) => thread === '')) {
    throw new RangeError(`a program has one to ${THREADS_MOST} threads of at least one operation`);
  }
  return new DeviceSubject(program, code);
}

async function replayCommand(
  args: ExploreArguments,
  schedule: string,
  plan: Plan | null,
): Promise<number> {
  const { name } = reading('--replay', schedule, () => parseSchedule(schedule));
  const code = await instrumentProduct();
  const subject = reading('--replay', schedule, () => subjectNamed(name, null, code));
  const run: Replay = replay(subject, schedule);
  const wanted = plan === null ? null : wantedOf(plan);
  const expected = run.faults.find(({ kind }) => wanted?.includes(kind));
  const fault = expected ?? run.faults[0] ?? null;
  const example = fault === null ? null : counterexampleOf(subject, schedule, fault);
  const exitCode = expected !== undefined || fault === null ? EXIT.held : EXIT.integrity;
  const replayed = { name, schedule: normalised(schedule), run, example, exitCode };
  process.stdout.write(replayedText(replayed, args));
  return exitCode;
}

function normalised(schedule: string): string {
  return formatSchedule(parseSchedule(schedule));
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

function mustBeWhole(option: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new UsageError(`--${option} takes a whole number from ${from} to ${to}`);
}

function timeOf(option: string, text: string): number {
  const time = parseTime(text);
  if (!time.ok) throw new UsageError(`--${option} takes a time such as 30s: ${time.problem}`);
  return time.value;
}

/** What cannot be read is the user's mistake, and told with the option it stands in. */
function reading<T>(option: string, text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${option} ${text}: ${error.message}`);
  }
}
