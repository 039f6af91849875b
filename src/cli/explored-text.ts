import {
  type Campaign,
  type Confirmation,
  type Counterexample,
  confirmationText,
  type FaultKind,
  type Followed,
  type Replay,
  renderCounterexample,
  type Strategy,
  verdictName,
  verdictText,
} from '../explore/index.ts';
import { formatTime } from '../units.ts';

/** What exploring a scenario came to, as a person or a program is told. */
export interface Explored {
  readonly name: string;
  readonly file: string;
  readonly sets: readonly string[];
  readonly strategy: Strategy;
  /** Faults the scenario is there to show; null = none may show. */
  readonly wanted: readonly FaultKind[] | null;
  readonly isExpected: boolean;
  readonly canaries: {
    readonly planted: number;
    readonly caught: number;
    readonly missed: readonly string[];
    readonly spentNs: number;
  };
  readonly campaign: Campaign;
  readonly spentNs: number;
  /** Places of the source that touch shared memory. */
  readonly sites: number;
  readonly example: Counterexample | null;
  readonly confirmation: Confirmation | null;
  /** The schedule of the example, played on real threads. */
  readonly followed: Followed | null;
  readonly exitCode: number;
}

const SCHEMA_VERSION = 1;

export function exploredText(explored: Explored, full: boolean): string {
  const { name, file, sets, canaries, campaign, example, confirmation, strategy } = explored;
  const { explorations } = campaign;
  const lines = [
    `${name}   ${strategy.kind}   ${aimOf(explored)}`,
    '',
    `  canaries    ${canaries.caught} of ${canaries.planted} planted faults caught in ` +
      `${secondsOf(canaries.spentNs)}`,
    ...canaries.missed.map((missed) => `              missed: ${missed}`),
    `  explored    ${counted(explorations.length, 'program')}, ${figuresOf(explored)}`,
    ...coverageOf(campaign).map((line) => `              ${line}`),
    ...racesOf(campaign),
    `  verdict     ${verdictName(campaign.verdict)}`,
    `              ${verdictText(campaign.verdict)}`,
  ];
  if (example !== null) {
    const settings = sets.map((set) => ` --set ${quoted(set)}`).join('');
    const replayWith = `npx sparestorm explore ${file}${settings} --replay ${quoted(example.schedule)}`;
    lines.push('', ...renderCounterexample(example, full, replayWith).split('\n'));
    lines.push(`real threads: ${confirmationText(confirmation)}`);
    if (explored.followed !== null) lines.push(followedText(explored.followed));
  }
  lines.push('', `  ${conclusionOf(explored)}`, '');
  return lines.join('\n');
}

export function exploredJson(explored: Explored): string {
  const { campaign, example, confirmation, canaries, ...rest } = explored;
  const document = {
    schemaVersion: SCHEMA_VERSION,
    name: rest.name,
    file: rest.file,
    sets: rest.sets,
    strategy: rest.strategy,
    expects: rest.wanted,
    verdict: verdictName(campaign.verdict),
    meaning: verdictText(campaign.verdict),
    exitCode: rest.exitCode,
    durationNs: rest.spentNs,
    canaries,
    programs: campaign.explorations.map(({ races, verdict, ...one }) => ({
      name: one.name,
      verdict: verdictName(verdict),
      executions: one.executions,
      points: one.points,
      races: races.length,
    })),
    counterexample: example,
    realThreads: confirmation,
    followed: rest.followed,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface Replayed {
  readonly name: string;
  readonly schedule: string;
  readonly run: Replay;
  readonly example: Counterexample | null;
  readonly exitCode: number;
}

export function replayedText(
  { name, schedule, run, example, exitCode }: Replayed,
  { full, json }: { readonly full: boolean; readonly json: boolean },
): string {
  const { faults, preemptions, divergedAt, isStale } = run;
  if (json) {
    const document = {
      schemaVersion: SCHEMA_VERSION,
      name,
      schedule,
      verdict: faults.length > 0 ? 'fail' : 'no fault in this interleaving',
      faults,
      preemptions,
      divergedAt,
      isStale,
      exitCode,
      counterexample: example,
    };
    return `${JSON.stringify(document, null, 2)}\n`;
  }
  const lines: string[] = [];
  if (isStale) lines.push('! the sources are not those that this schedule was made with');
  if (divergedAt !== null) {
    lines.push(
      `! the schedule fits up to step ${divergedAt}; from there the threads went on in turn`,
    );
  }
  if (example !== null) lines.push(renderCounterexample(example, full));
  else lines.push(name, 'No fault in this interleaving. Of others it says nothing.');
  return `${lines.join('\n')}\n`;
}

function aimOf({ wanted }: Explored): string {
  return wanted === null ? 'expects no fault' : `expects: ${wanted.join(' or ')}`;
}

function figuresOf({ campaign, spentNs }: Explored): string {
  const sum = (of: (one: Campaign['explorations'][number]) => number) =>
    campaign.explorations.reduce((total, one) => total + of(one), 0);
  return (
    `${counted(
      sum(({ executions }) => executions),
      'execution',
    )}, ` +
    `${counted(
      sum(({ points }) => points),
      'step',
    )} in ${secondsOf(spentNs)}`
  );
}

function followedText({ difference }: Followed): string {
  return difference === null
    ? 'followed step by step on real threads: the same accesses, answers and memory'
    : `followed step by step, real threads do something else: ${difference}`;
}

/** How many programs ended how: `120 pass-exhaustive, 6 pass-bounded(1)`. */
function coverageOf({ explorations }: Campaign): string[] {
  if (explorations.length < 2) return explorations.map(({ name }) => name);
  const counts = new Map<string, number>();
  for (const { verdict } of explorations) {
    const name = verdict.kind === 'pass-sampled' ? verdict.kind : verdictName(verdict);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const list = [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
  const [first] = explorations;
  return [list, `from ${first?.name} to ${explorations.at(-1)?.name}`];
}

function racesOf({ explorations }: Campaign): string[] {
  const count = explorations.reduce((sum, { races }) => sum + races.length, 0);
  const raced = explorations.filter(({ races }) => races.length > 0).length;
  if (count === 0) return ['  races       none in any execution'];
  return [`  races       ${counted(count, 'pair')} of places, in ${counted(raced, 'program')}`];
}

function conclusionOf({ campaign, wanted, isExpected, canaries }: Explored): string {
  const { failure, verdict } = campaign;
  if (canaries.caught < canaries.planted) {
    return 'x the explorer missed a planted fault: nothing it says can be relied on';
  }
  if (failure !== null) {
    const { kind } = failure.fault;
    return isExpected ? `ok: ${kind} found, as expected` : `x ${kind} found, and none was expected`;
  }
  if (wanted !== null) return `x ${wanted.join(' or ')} was expected and not found`;
  if (verdict.kind === 'unknown-budget') return 'x no answer: give it more with --for';
  return verdict.kind === 'pass-exhaustive'
    ? 'ok: no interleaving of these programs breaks a promise'
    : 'ok: nothing found; this is no proof';
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function secondsOf(ns: number): string {
  return formatTime(Math.round(ns / 1e6) * 1e6);
}

function quoted(text: string): string {
  return /^[\w./=:~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
