import {
  type Campaign,
  type Confirmation,
  type Counterexample,
  confirmationText,
  type Fact,
  type FaultKind,
  type Followed,
  type Page,
  type Replay,
  renderCounterexample,
  type Strategy,
  verdictName,
} from '../explore/index.ts';
import { exactCount, plural, wrap } from '../report/text.ts';
import { formatTime } from '../units.ts';
import { TOOL } from '../version.ts';
import { coverageLines, coverageOf, meaningOf, notCoveredBy } from './explored-coverage.ts';

/** What exploring a scenario came to: the one value that text, JSON and page are made from. */
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
  /** Of the sources that were explored. */
  readonly fingerprint: string;
  readonly example: Counterexample | null;
  readonly confirmation: Confirmation | null;
  /** The schedule of the example, played on real threads. */
  readonly followed: Followed | null;
  readonly interruptedBy: NodeJS.Signals | null;
  readonly exitCode: number;
}

const SCHEMA_VERSION = 1;
const LABEL_COLUMNS = 12;
const WIDTH = 80;

export function exploredText(explored: Explored, full: boolean): string {
  const { name, strategy, example } = explored;
  const lines = [
    `${name}   ${strategy.kind}   ${aimOf(explored)}`,
    '',
    ...factsOf(explored).flatMap(factLines),
  ];
  if (example !== null) {
    lines.push(
      '',
      ...renderCounterexample(example, full, replayLine(explored, example)).split('\n'),
    );
    lines.push(
      ...realThreadsOf(explored).map((text, place) =>
        place === 0 ? `real threads: ${text}` : text,
      ),
    );
  }
  const mark = explored.exitCode === 0 ? 'ok:' : explored.interruptedBy === null ? 'x' : '!';
  lines.push('', `  ${mark} ${conclusionOf(explored)}`, '');
  return lines.join('\n');
}

export function exploredJson(explored: Explored): string {
  const { campaign, example, confirmation, canaries, ...rest } = explored;
  return document({
    name: rest.name,
    file: rest.file,
    sets: rest.sets,
    strategy: rest.strategy,
    expects: rest.wanted,
    verdict: verdictName(campaign.verdict),
    meaning: meaningOf(campaign),
    conclusion: conclusionOf(explored),
    notCovered: notCoveredBy(campaign),
    exitCode: rest.exitCode,
    interruptedBy: rest.interruptedBy,
    durationNs: rest.spentNs,
    fingerprint: rest.fingerprint,
    canaries,
    programCount: campaign.subjectCount,
    coverage: coverageOf(campaign),
    programs: campaign.explorations.map(({ races, verdict, ...one }) => ({
      name: one.name,
      verdict: verdictName(verdict),
      executions: one.executions,
      points: one.points,
      races: races.length,
    })),
    counterexample: example,
    replayWith: example === null ? null : replayLine(explored, example),
    realThreads: confirmation,
    followed: rest.followed,
  });
}

export function exploredPage(explored: Explored): Page {
  const { name, campaign, example, file, sets, fingerprint } = explored;
  return {
    title: name,
    verdict: verdictName(campaign.verdict),
    mark: markOf(explored),
    conclusion: `${capital(conclusionOf(explored))}.`,
    facts: [
      { name: 'scenario', lines: [file, ...sets.map((set) => `--set ${set}`), aimOf(explored)] },
      { name: 'strategy', lines: [explored.strategy.kind] },
      ...factsOf(explored),
    ],
    notCovered: notCoveredBy(campaign),
    example,
    replayWith: example === null ? null : replayLine(explored, example),
    realThreads: example === null ? null : realThreadsOf(explored).join('; '),
    madeBy: madeBy(fingerprint),
  };
}

interface Replayed {
  readonly name: string;
  readonly schedule: string;
  readonly run: Replay;
  readonly example: Counterexample | null;
  readonly exitCode: number;
  readonly fingerprint: string;
}

const NO_FAULT = 'No fault in this interleaving. Of others it says nothing.';

export function replayedText(replayed: Replayed, full: boolean): string {
  const { name, example } = replayed;
  const shown = example === null ? [name, NO_FAULT] : [renderCounterexample(example, full)];
  return `${[...warningsOf(replayed).map((text) => `! ${text}`), ...shown].join('\n')}\n`;
}

export function replayedJson({ name, schedule, run, example, exitCode }: Replayed): string {
  const { faults, preemptions, divergedAt, isStale } = run;
  return document({
    name,
    schedule,
    verdict: faults.length > 0 ? 'fail' : 'no fault in this interleaving',
    faults,
    preemptions,
    divergedAt,
    isStale,
    exitCode,
    counterexample: example,
  });
}

export function replayedPage(replayed: Replayed): Page {
  const { name, schedule, example, exitCode, fingerprint, run } = replayed;
  const warnings = warningsOf(replayed);
  return {
    title: name,
    verdict: run.faults.length > 0 ? 'fail' : 'no fault',
    mark: exitCode !== 0 ? 'bad' : example === null ? 'open' : 'good',
    conclusion: example === null ? NO_FAULT : `${capital(example.fault.kind)}, in a replay.`,
    facts: [
      { name: 'schedule', lines: [schedule] },
      ...(warnings.length === 0 ? [] : [{ name: 'warning', lines: warnings }]),
    ],
    notCovered: ['Any other interleaving: this is one, played again.'],
    example,
    replayWith: `npx sparestorm explore --replay ${quoted(schedule)}`,
    realThreads: null,
    madeBy: madeBy(fingerprint),
  };
}

function warningsOf({ run: { isStale, divergedAt } }: Replayed): string[] {
  return [
    ...(isStale ? ['the sources are not those that this schedule was made with'] : []),
    ...(divergedAt === null
      ? []
      : [`the schedule fits up to step ${divergedAt}; from there the threads went on in turn`]),
  ];
}

function document(content: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ schemaVersion: SCHEMA_VERSION, tool: TOOL, ...content }, null, 2)}\n`;
}

/** What was done and how far it came, under the names that text and page have for it. */
function factsOf({ canaries, campaign, spentNs, interruptedBy }: Explored): readonly Fact[] {
  const { explorations, subjectCount } = campaign;
  const sum = (of: (one: Campaign['explorations'][number]) => number) =>
    explorations.reduce((total, one) => total + of(one), 0);
  const executions = sum((one) => one.executions);
  const points = sum((one) => one.points);
  const programs =
    explorations.length === subjectCount
      ? counted(subjectCount, 'program')
      : `${exactCount(explorations.length)} of ${counted(subjectCount, 'program')}`;
  const figures =
    `${programs}, ${counted(executions, 'execution')}, ${counted(points, 'step')} in ` +
    secondsOf(spentNs);
  return [
    {
      name: 'canaries',
      lines: [
        `${canaries.caught} of ${canaries.planted} planted faults caught in ` +
          secondsOf(canaries.spentNs),
        ...canaries.missed.map((missed) => `missed: ${missed}`),
      ],
    },
    { name: 'explored', lines: [figures, ...coverageLines(campaign)] },
    { name: 'races', lines: [racesText(campaign)] },
    { name: 'verdict', lines: [verdictName(campaign.verdict), meaningOf(campaign)] },
    ...(interruptedBy === null ? [] : [{ name: 'interrupted', lines: [`by ${interruptedBy}`] }]),
  ];
}

function factLines({ name, lines }: Fact): string[] {
  const wrapped = lines.flatMap((line) =>
    // A table keeps its columns.
    line.length <= WIDTH - LABEL_COLUMNS - 2 ? [line] : wrap(line, WIDTH - LABEL_COLUMNS - 2),
  );
  return wrapped.map(
    (line, index) => `  ${(index === 0 ? name : '').padEnd(LABEL_COLUMNS)}${line}`,
  );
}

function followedText({ difference }: Followed): string {
  return difference === null
    ? 'followed step by step on real threads: the same accesses, answers and memory'
    : `followed step by step, real threads do something else: ${difference}`;
}

function aimOf({ wanted }: Explored): string {
  return wanted === null ? 'expects no fault' : `expects: ${wanted.join(' or ')}`;
}

function racesText({ explorations }: Campaign): string {
  const count = explorations.reduce((sum, { races }) => sum + races.length, 0);
  const raced = explorations.filter(({ races }) => races.length > 0).length;
  if (count === 0) return 'none in any execution';
  return `${counted(count, 'pair')} of places, in ${counted(raced, 'program')}`;
}

/** By themselves, and with the schedule followed. */
function realThreadsOf({ confirmation, followed, interruptedBy }: Explored): string[] {
  const isCut = confirmation === null && interruptedBy !== null;
  const byThemselves = isCut ? 'not looked for: interrupted' : confirmationText(confirmation);
  return followed === null ? [byThemselves] : [byThemselves, followedText(followed)];
}

function markOf({ exitCode, campaign, interruptedBy, isExpected }: Explored): Page['mark'] {
  if (campaign.failure !== null && exitCode !== 0) return isExpected ? 'open' : 'bad';
  if (interruptedBy !== null) return 'open';
  if (exitCode !== 0) return campaign.verdict.kind === 'unknown-budget' ? 'open' : 'bad';
  return campaign.verdict.kind === 'pass-exhaustive' || isExpected ? 'good' : 'open';
}

function conclusionOf(explored: Explored): string {
  const { campaign, wanted, isExpected, canaries, interruptedBy } = explored;
  const { failure, verdict } = campaign;
  if (canaries.caught < canaries.planted) {
    return 'the explorer missed a planted fault: nothing it says can be relied on';
  }
  const interrupted = interruptedBy === null ? '' : `; interrupted by ${interruptedBy} after that`;
  if (failure !== null) {
    const { kind } = failure.fault;
    const found = isExpected
      ? `${kind}: found, as expected`
      : `${kind}: found, and none was expected`;
    return found + interrupted;
  }
  if (interruptedBy !== null) return `interrupted by ${interruptedBy}: no answer`;
  if (wanted !== null) return `${wanted.join(' or ')} was expected and not found`;
  if (verdict.kind === 'unknown-budget') return 'no answer: give it more with --for';
  return verdict.kind === 'pass-exhaustive'
    ? 'no interleaving of these programs breaks a promise'
    : 'nothing found; this is no proof';
}

function replayLine({ file, sets }: Explored, { schedule }: Counterexample): string {
  const settings = sets.map((set) => ` --set ${quoted(set)}`).join('');
  return `npx sparestorm explore ${quoted(file)}${settings} --replay ${quoted(schedule)}`;
}

function madeBy(fingerprint: string): readonly string[] {
  return [TOOL, `Node ${process.version}`, `sources ${fingerprint}`];
}

function counted(count: number, noun: string): string {
  return plural(count, noun, exactCount(count));
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function secondsOf(ns: number): string {
  return formatTime(Math.round(ns / 1e6) * 1e6);
}

function quoted(text: string): string {
  return /^[\w./=:~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
